import t from 'tap'
import { findIcdCodes } from '../../../src/classification/terms/icd-codes.js'
import { findIn, fold, group, lexiconOf } from '../../support/dictionaries.js'

const lexicon = lexiconOf(group(['ICD-10'], { near: ['Diagnose~'] }))

await t.test('a code counts', async t => {
  const cases: [string, string, number][] = [
    ['behind its word', 'Diagnose: F32.1', 1],
    ['with a letter in lower case', 'Diagnosen (e11.90), Typ 2', 1],
    ['of three characters', 'Diagnose J45', 1],
    ['not without a word', 'Saal F32, Papier A4, Autobahn A81', 0],
    ['not far behind it', `Diagnose ${'x '.repeat(40)} F32.1`, 0],
    ['not inside a longer one', 'Diagnose XF32.1-7, F3215', 0],
    ['not of the chapter that is free', 'Diagnose U07.1', 0],
  ]
  for (const [name, text, want] of cases) {
    const hits = findIcdCodes(await fold(text), await findIn(text, lexicon), lexicon)
    t.equal(hits.length, want, name)
  }
  t.end()
})
