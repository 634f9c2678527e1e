import fc from 'fast-check'
import t from 'tap'
import { LANGUAGES, languageNamed } from '../../src/ask/language.js'
import { QUESTION_TEXTS } from '../../src/ask/question-texts.js'
import { CHOICE_WORDS, choiceIn } from '../../src/ask/words.js'

t.test('one word of any language is a choice, however it is written', async t => {
  const cases: readonly (readonly [line: string, want: string | undefined])[] = [
    ['SEAL', 'seal'],
    ['seal.', 'seal'],
    ['  "Versiegeln"  ', 'seal'],
    ['*SENDEN*', 'send'],
    ['Envoyer !', 'send'],
    ['annullare', 'cancel'],
    ['ｃａｎｃｅｌ', 'cancel'],
    ['', undefined],
    ['> SEAL', undefined],
    ['SEAL SEND', undefined],
    ['SEAL, SEND, CANCEL', undefined],
    ['seal it', undefined],
    ['please do not send', undefined],
    ['nicht senden', undefined],
    ['SEND?', undefined],
    [`${' '.repeat(100)}SEAL`, undefined],
  ]
  for (const [line, want] of cases) t.equal(choiceIn(line), want, JSON.stringify(line))
  for (const words of Object.values(CHOICE_WORDS))
    for (const [choice, word] of Object.entries(words)) t.equal(choiceIn(word), choice)
})

t.test('no other line is a choice', async t => {
  const known = new Set(Object.values(CHOICE_WORDS).flatMap(words => Object.values(words)))
  let seen = 0
  fc.assert(
    fc.property(fc.string({ maxLength: 70 }), line => {
      const choice = choiceIn(line)
      seen += 1
      const letters = line
        .normalize('NFKC')
        .toUpperCase()
        .replace(/[^A-Z]/g, '')
      return choice === undefined || known.has(letters)
    }),
  )
  t.ok(seen >= 100)
})

t.test('every language has all texts, and English is what others get', async t => {
  for (const language of LANGUAGES) {
    t.equal(languageNamed(language), language)
    const text = QUESTION_TEXTS[language]
    t.match(text.byReply, '{words}')
    t.match(text.waits, /\{at\}.*\{recipients\}/)
    for (const silence of Object.values(text.silence)) t.match(silence, '{until}')
    t.equal(new Set(Object.values(CHOICE_WORDS[language])).size, 3)
  }
  t.equal(languageNamed('nl'), 'en')
})
