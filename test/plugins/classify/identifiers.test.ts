import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import plugin from '../../../plugins/classify/identifiers/index.js'
import { KIND_IDS, KINDS } from '../../../src/classification/identifiers/kinds.js'
import { objectOf } from '../../../src/config/kinds.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import {
  ahvNumber,
  EXAMPLES,
  germanIban,
  hostileText,
  WORD,
} from '../../support/identifier-numbers.js'
import { labelsOf, mailOf, started } from '../../support/plugins-run.js'
import { ROOT } from '../../support/tree-sources.js'

const AHV = 'AHV-Nr. 756.9217.0769.85'
const IBANS = [1, 2, 3, 4, 5, 6].map(serial => germanIban(serial))

const plain = (body: string, header = 'Subject: Hello'): string => `${header}\n\n${body}\n`

function multipart(...parts: readonly string[]): string {
  const inner = parts.map(part => `--x\n${part}\n`).join('')
  return `Subject: Hello\nContent-Type: multipart/mixed; boundary=x\n\n${inner}--x--\n`
}

await t.test('a message', async t => {
  const cases: [string, string, object, [string, string, string, number][]][] = [
    ['without numbers gets no label', plain('Hello'), {}, []],
    ['with one AHV number is high', plain(AHV), {}, [['ahv', 'high', '1', 1]]],
    [
      'with ten is confidential',
      plain(Array.from({ length: 10 }, (_, serial) => ahvNumber(serial)).join('\n')),
      {},
      [['ahv', 'confidential', '1', 10]],
    ],
    ['with the accounts of an invoice stays', plain(IBANS.slice(0, 5).join('\n')), {}, []],
    ['with a list of accounts is high', plain(IBANS.join('\n')), {}, [['iban', 'high', '1', 6]]],
    ['with a business number stays', plain('UID CHE-116.281.710 MWST'), {}, []],
    [
      'with a business number is high where the settings say so',
      plain('UID CHE-116.281.710 MWST'),
      { high_from: { 'ch-uid': 1 } },
      [['ch-uid', 'high', '1', 1]],
    ],
    [
      'keeps the other defaults when one is set',
      plain(`${AHV} ${IBANS[0]}`),
      { high_from: { iban: 1 } },
      [
        ['ahv', 'high', '1', 1],
        ['iban', 'high', '1', 1],
      ],
    ],
    [
      'gets no label where the settings switch a kind off',
      plain(AHV),
      { high_from: { ahv: 0 }, confidential_from: { ahv: 0 } },
      [],
    ],
    ['with a card without a word stays', plain('4111 1111 1111 1111'), {}, []],
    [
      'with a card without a word is high where that suffices',
      plain('4111 1111 1111 1111'),
      { least_confidence: { 'payment-card': 'low' } },
      [['payment-card', 'high', '1', 1]],
    ],
    [
      'with an AHV number without a word stays where more is asked for',
      plain('756.9217.0769.85'),
      { least_confidence: { ahv: 'high' } },
      [],
    ],
    [
      'with words of the settings counts',
      plain('Plastik: 4111 1111 1111 1111'),
      { context_words: { 'payment-card': ['plastik'] } },
      [['payment-card', 'high', '1', 1]],
    ],
    [
      'is read in its subject',
      plain('Hello', 'Subject: =?utf-8?q?AHV_756=2E9217=2E0769=2E85?='),
      {},
      [['ahv', 'high', '1', 1]],
    ],
    [
      'is read in the names of its attachments',
      multipart('Content-Type: application/pdf; name="AHV 756.9217.0769.85.pdf"\n\n%PDF'),
      {},
      [['ahv', 'high', '1.1', 1]],
    ],
    [
      'is read in an attached message and its subject',
      multipart(`Content-Type: message/rfc822\n\nSubject: ${AHV}\n\nVisa 4111-1111-1111-1111`),
      {},
      [
        ['ahv', 'high', '1.1.1', 1],
        ['payment-card', 'high', '1.1.1', 1],
      ],
    ],
    [
      'is read in base64 and quoted-printable',
      multipart(
        `Content-Transfer-Encoding: base64\n\n${Buffer.from(AHV).toString('base64')}`,
        'Content-Transfer-Encoding: quoted-printable\n\nAHV 756.92=\n17.=30769.85',
      ),
      {},
      [
        ['ahv', 'high', '1.1', 1],
        ['ahv', 'high', '1.2', 1],
      ],
    ],
    [
      'is read in an attached table of another type, and in one of HTML',
      multipart(
        `Content-Type: application/vnd.ms-excel; name=a.csv\n\n${AHV};Muster`,
        'Content-Type: application/octet-stream; name=a.html\n\n<p>756.<b>9217</b>.0769.85 Muster',
      ),
      {},
      [
        ['ahv', 'high', '1.1', 1],
        ['ahv', 'high', '1.2', 1],
      ],
    ],
    [
      'is read as HTML',
      plain('AHV<br>756<b>.92</b>17.0769&#46;85', 'Content-Type: text/html'),
      {},
      [['ahv', 'high', '1', 1]],
    ],
    [
      'counts a number once whatever the number of its texts',
      multipart(`\n${IBANS.slice(0, 3).join('\n')}`, `\n${IBANS.slice(1, 4).join('\n')}`),
      { high_from: { iban: 5 } },
      [],
    ],
    [
      'is not read beyond the limit of a part',
      plain(`${'x '.repeat(1000)}${AHV}`),
      { max_part_size: '1K' },
      [],
    ],
    [
      'is not read beyond the limit of a message',
      multipart(`\n${'x '.repeat(600)}`, `\n${AHV}`),
      { max_message_size: '1K' },
      [],
    ],
    [
      'gets no label for a number that the limit cuts',
      plain(`${'x '.repeat(505)}${ahvNumber(1)}1234567`),
      { max_part_size: '1K' },
      [],
    ],
  ]
  for (const [name, text, settings, want] of cases) {
    const labels = await labelsOf(plugin, await mailOf(text), settings)
    t.same(
      labels.map(label => [label.id, label.class, label.part, label.count]),
      want,
      name,
    )
  }
  t.end()
})

await t.test('settings', t => {
  const config = objectOf(plugin.config, 'must be a table')
  const wrong: [string, object][] = [
    ['of a kind that is not known', { high_from: { avh: 1 } }],
    ['of a count that is none', { high_from: { ahv: -1 } }],
    ['of a confidence that is none', { least_confidence: { ahv: 'sure' } }],
    ['of words for a kind that is not known', { context_words: { karte: ['x'] } }],
    ['of a size beyond what is read', { max_part_size: '9M' }],
  ]
  for (const [name, settings] of wrong) t.throws(() => config.parse(settings), name)
  t.match(config.parse({}), { high_from: { ahv: 1 }, confidential_from: { ahv: 10 } })
  t.end()
})

await t.test('no reason holds the number', async t => {
  let seen = 0
  const examples = KINDS.flatMap(({ id }) => EXAMPLES[id].map(number => [id, number] as const))
  const least = Object.fromEntries(KIND_IDS.map(id => [id, 1]))
  const made = fc.oneof(
    fc.constantFrom(...examples),
    fc.integer({ min: 0, max: 999_999_999 }).map(serial => ['ahv', ahvNumber(serial)] as const),
    fc.integer({ min: 0, max: 2 ** 40 }).map(serial => ['iban', germanIban(serial)] as const),
  )
  await fc.assert(
    fc.asyncProperty(made, async ([id, number]) => {
      const mail = await mailOf(plain(`${WORD[id]}: ${number}`, `Subject: ${WORD[id]} ${number}`))
      const labels = await labelsOf(plugin, mail, { high_from: least })
      const own = labels.filter(label => label.id === id)
      const digits = number.replace(/[^A-Z0-9]/g, '')
      seen += own.length
      return own.length === 2 && own.every(({ why }) => isMasked(why, digits))
    }),
  )
  t.ok(seen > 0)
  t.end()
})

/** Of the number no more than three characters in a row are in the reason. */
function isMasked(why: string, number: string): boolean {
  for (let at = 0; at + 4 <= number.length; at++) {
    if (why.replace(/[ .-]/g, '').includes(number.slice(at, at + 4))) return false
  }
  return true
}

await t.test('any mail is read without an exception', async t => {
  let seen = 0
  const type = fc.constantFrom('text/plain', 'text/html', 'text/html; charset=utf-16', 'text/csv')
  await fc.assert(
    fc.asyncProperty(type, hostileText, async (type, text) => {
      const mail = parseMail(Buffer.from(`Content-Type: ${type}\r\n\r\n${text}`))
      seen += (await labelsOf(plugin, mail)).length + 1
    }),
  )
  t.ok(seen > 0)
  t.end()
})

await t.test('a stop is heard between two texts', async t => {
  const run = await started(plugin, 'classify')
  await t.rejects(async () => run(await mailOf(plain(AHV)), AbortSignal.abort()))
  t.end()
})

await t.test('everyday mail gets no label', async t => {
  const folder = join(ROOT, 'demo', 'mails')
  const names = readdirSync(folder)
  for (const name of names) {
    t.same(await labelsOf(plugin, parseMail(readFileSync(join(folder, name)))), [], name)
  }
  t.ok(names.length > 9)
  t.end()
})

const CORPUS = join(ROOT, '..', 'shared', 'corpus', 'mail')
const skip = existsSync(CORPUS) ? false : 'the corpus of mails is not beside the package'

await t.test('in the corpus only AHV numbers that stand there are found', { skip }, async t => {
  let found = 0
  for (const name of readdirSync(CORPUS)) {
    const labels = await labelsOf(plugin, parseMail(readFileSync(join(CORPUS, name))))
    for (const { id, why } of labels) {
      found++
      t.match([id, why], ['ahv', /^AHV number: 1 \(756…85\)/], name)
    }
  }
  t.equal(found, 14)
  t.end()
})
