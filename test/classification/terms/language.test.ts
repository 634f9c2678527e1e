import t from 'tap'
import { languagesOf } from '../../../src/classification/terms/language.js'
import { findIn, group, lexiconOf } from '../../support/dictionaries.js'

const lexicon = lexiconOf(group(['Depot']))

/** The languages of a text, in their order. */
async function languages(text: string): Promise<readonly string[]> {
  const { common } = await findIn(text, lexicon)
  return [...languagesOf(common)]
}

await t.test('the language of a text', async t => {
  const cases: [string, string, readonly string[]][] = [
    ['is German', 'Wir senden Ihnen die Unterlagen und bitten Sie, sie auch zu prüfen.', ['de']],
    ['is French', 'Nous vous envoyons les documents et vous prions de les lire.', ['fr']],
    ['is Italian', 'La preghiamo di leggere questo documento, che è per il suo dossier.', ['it']],
    ['is English', 'We have sent you the papers and ask that you read them with care.', ['en']],
    [
      'may be two',
      'Wir senden Ihnen die Unterlagen und bitten Sie. We have sent you the papers with this.',
      ['de', 'en'],
    ],
    ['may be any in a short one', 'Depot 2026', ['de', 'fr', 'it', 'en']],
  ]
  for (const [name, text, want] of cases) t.same(await languages(text), want, name)
  t.end()
})
