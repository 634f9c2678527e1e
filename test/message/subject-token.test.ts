import fc from 'fast-check'
import t from 'tap'
import { subjectToken } from '../../src/message/subject-token.js'

await t.test('the token at the start of a subject', t => {
  const cases: [string, string, [string, string | undefined] | undefined][] = [
    ['is a group in square brackets', '[secure] Offer', ['[secure]', 'secure']],
    ['keeps the space inside', ' [ secure ]Offer', ['[ secure ]', ' secure ']],
    ['may have full-width brackets', '［secure］ Offer', ['［secure］', 'secure']],
    ['may have brackets that do not match', '【secure) Offer', ['【secure)', 'secure']],
    ['may have angle brackets', '<secure> Offer', ['<secure>', 'secure']],
    ['stands behind a symbol', '🔒\ufe0f [secure] Offer', ['[secure]', 'secure']],
    ['stands behind invisible characters', '\u200b\u2060[secure] Offer', ['[secure]', 'secure']],
    ['is a word', 'CRYPT: offer', ['CRYPT:', undefined]],
    ['is the only word', 'Offer', ['Offer', undefined]],
    ['is a word when the bracket stays open', '[secure Offer', ['[secure', undefined]],
    [
      'is a word when the bracket closes far away',
      `[secure ${'x'.repeat(300)}]`,
      ['[secure', undefined],
    ],
    ['is absent from an empty subject', '', undefined],
    ['is absent from symbols', ' 🔒 ✓ ', undefined],
  ]
  for (const [name, text, want] of cases) {
    const token = subjectToken(text, 'start')
    t.same(token && [token.text, token.inside], want, name)
  }
  t.end()
})

await t.test('the token at the end of a subject', t => {
  const cases: [string, string, [string, string | undefined] | undefined][] = [
    ['is a group in square brackets', 'Offer [secure]', ['[secure]', 'secure']],
    ['touches the word before it', 'Offer[secure] ', ['[secure]', 'secure']],
    ['stands before a symbol', 'Offer [secure] 🔒\ufe0f', ['[secure]', 'secure']],
    ['has guillemets', 'Offer «secure»', ['«secure»', 'secure']],
    ['is a word', 'Offer secure', ['secure', undefined]],
    ['is the only word', 'Offer', ['Offer', undefined]],
    ['is a word when nothing opens the bracket', 'Offer secure]', ['secure]', undefined]],
    ['is a word when the bracket opens far away', `[${'x'.repeat(300)} a]`, ['a]', undefined]],
    ['is absent from an empty subject', '', undefined],
    ['is absent from symbols', ' 🔒 ✓ ', undefined],
  ]
  for (const [name, text, want] of cases) {
    const token = subjectToken(text, 'end')
    t.same(token && [token.text, token.inside], want, name)
  }
  t.end()
})

await t.test('the range is the text that it names, for any text', t => {
  let seen = 0
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, fc.constantFrom('start' as const, 'end' as const), (text, edge) => {
      const token = subjectToken(text, edge)
      seen++
      return token === undefined || text.slice(token.start, token.end) === token.text
    }),
  )
  t.ok(seen > 0)
  t.end()
})
