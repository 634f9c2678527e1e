import t from 'tap'
import { askSettings } from '../../src/ask/wishes.js'
import { parseConfig } from '../../src/config/load.js'

const read = (text: string) =>
  askSettings(parseConfig(`internal_domains = ["in.example"]\n${text}`, '/etc/milter.conf'))

t.test('what nobody says is as the manual says; confidential takes an officer', async t => {
  const { hasWay, wishesFor } = read('')
  t.equal(hasWay, false)
  t.match(wishesFor('in.example', 'high'), {
    choices: ['seal', 'send', 'cancel'],
    officerChoices: ['seal', 'send', 'cancel'],
    silence: 'reject',
    unanswerable: 'reject',
    limitMs: 12 * 3_600_000,
    language: 'en',
  })
  t.match(wishesFor('in.example', 'confidential'), {
    choices: ['seal', 'cancel'],
    officerChoices: ['seal', 'send', 'cancel'],
  })
})

t.test('the first table that fits counts, by sender domain and class', async t => {
  const { hasWay, wishesFor } = read(`[ask]
address = "ask@in.example"
officer_for = ["high"]
silence = "seal"
[[ask_for]]
sender_domains = ["clinic.example"]
classes = ["normal"]
choices = ["send"]
limit = "5m"
language = "fr"
[[ask_for]]
sender_domains = ["clinic.example"]
silence = "hold"
unanswerable = "hold"
`)
  t.equal(hasWay, true)
  t.match(wishesFor('clinic.example', 'normal'), {
    choices: ['send'],
    officerChoices: ['send', 'cancel'],
    silence: 'seal',
    limitMs: 300_000,
    language: 'fr',
  })
  t.match(wishesFor('clinic.example', 'high'), {
    choices: ['seal', 'cancel'],
    silence: 'hold',
    unanswerable: 'hold',
  })
  t.match(wishesFor('in.example', 'confidential'), { choices: ['seal', 'cancel'], silence: 'seal' })
})

t.test('what policy forbids is refused with its place', async t => {
  const cases: readonly (readonly [text: string, want: RegExp])[] = [
    [
      '[[ask_for]]\nclasses = ["confidential"]\nchoices = ["seal", "send"]',
      /^\/etc\/milter\.conf:4:11: ask_for\.choices: "send" would let a sender lower the class confidential/m,
    ],
    [
      '[ask]\nofficer_for = ["high"]\n[[ask_for]]\nclasses = ["normal", "high"]\nchoices = ["send"]',
      /:6:11: .*"send" is for an officer where the class is high/,
    ],
    ['[ask]\nchoices = []', /:3:11: ask\.choices: name at least one/],
    ['[ask]\nsilence = "send"', /:3:11: silence: must be one of "reject", "seal", "hold"|silence/],
    [
      '[ask]\naddress = "ask@out.example"',
      /:3:11: ask\.address: must be in one of internal_domains/,
    ],
    ['[ask]\nlisten = "127.0.0.1:10032"', /:3:10: ask\.listen: needs base_url/],
    ['[ask]\nlisten = "0.0.0.0:10032"', /loopback/],
    ['[ask]\nbase_url = "https://ask.example"', /:3:12: ask\.base_url: needs listen/],
    [
      '[ask]\nlisten = "127.0.0.1:1"\nbase_url = "http://ask.example"',
      /:4:12: ask\.base_url: must be https/,
    ],
    ['[[ask_for]]\nlimit = "5s"', /:3:9: ask_for\.limit: must be at least 1m/],
  ]
  for (const [text, want] of cases)
    t.throws(() => read(text), { code: 'ERR_CONFIG_INVALID', message: want }, text)
  const local = '[ask]\nlisten = "127.0.0.1:1"\nbase_url = "http://127.0.0.1:1"'
  t.equal(read(local).hasWay, true)
})
