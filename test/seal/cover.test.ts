import t from 'tap'
import { givesPassword } from '../../src/policy/password-hint.js'
import { coverText, letterName, type CoverFacts } from '../../src/seal/cover.js'
import { LANGUAGES } from '../../src/seal/letter.js'

const FACTS: CoverFacts = {
  format: 'html',
  language: 'de',
  sender: 'anna@in.example',
  reference: '7k2m9q4v1p3t8s6r0abc',
  company: 'Praxis am See',
  contact: 'Telefon 044 000 00 00',
  passwordWay: 'sender',
}
const ALL = LANGUAGES.flatMap(language =>
  (['html', 'pdf', 'zip'] as const).flatMap(format =>
    (['sender', 'standing', 'agreed', 'office', 'sms'] as const).map(passwordWay => ({
      ...FACTS,
      language,
      format,
      passwordWay,
    })),
  ),
)

t.test('a cover says who, how, and where the password comes from', async t => {
  const text = coverText(FACTS)
  for (const part of [
    'anna@in.example (Praxis am See)',
    'brief-7k2m9q4v1p3t8s6r0abc.html',
    'iPhone und iPad',
    'Android',
    'Gmail und Outlook',
    'Referenz:\n7k2m9q4v1p3t8s6r0abc',
    'Auskunft: Telefon 044 000 00 00',
  ])
    t.ok(text.includes(part), part)
  t.notMatch(coverText({ ...FACTS, company: '', contact: '' }), /\(|Auskunft/)
})

t.test('no cover looks like a fraud, gives a password away, or has a place left open', async t => {
  for (const facts of ALL) {
    const text = coverText(facts)
    t.notMatch(text, /https?:|www\.|\{|\}/)
    t.equal(givesPassword(text), false, `${facts.language} ${facts.format} ${facts.passwordWay}`)
    t.ok(Math.max(...text.split('\n').map(({ length }) => length)) <= 80)
  }
  t.equal(new Set(ALL.map(coverText)).size, 60)
})

t.test('where an office tells the password, nobody is said to have agreed on one', async t => {
  const covers = LANGUAGES.map(language =>
    coverText({ ...FACTS, language, passwordWay: 'office' }).replace(/\s+/g, ' '),
  )
  t.match(covers[0], 'Sie bekommen es von der Stelle des Absenders')
  t.match(covers[3], 'You get it from the sender’s office, by another way than this e-mail.')
  for (const text of covers) t.notMatch(text, /vereinbart|convenu|concordat|agreed/)
})

t.test('what comes from outside makes no lines of its own', async t => {
  const text = coverText({ ...FACTS, company: 'A\r\n\r\nhttp: B', sender: 'a@x.example\n\nB' })
  t.ok(text.includes('a@x.example B (A http: B)'))
})

t.test('the file is named after the reference, in the language of the mail', async t => {
  t.same(
    LANGUAGES.map(language => letterName({ ...FACTS, language })),
    ['brief', 'lettre', 'lettera', 'letter'].map(stem => `${stem}-7k2m9q4v1p3t8s6r0abc.html`),
  )
})
