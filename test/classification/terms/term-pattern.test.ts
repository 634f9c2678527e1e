import fc from 'fast-check'
import t from 'tap'
import type { Language } from '../../../src/classification/terms/dictionary-schema.js'
import { compileTerm, objectionToTerm } from '../../../src/classification/terms/term-pattern.js'
import { findIn, group, lexiconOf } from '../../support/dictionaries.js'

/** The folded text of each hit. */
async function found(term: string, text: string, language: Language = 'de') {
  const { hits } = await findIn(text, lexiconOf(group([term], { language })))
  return hits.length
}

await t.test('a term', async t => {
  const cases: [string, string, number, Language?][] = [
    ['Attest', 'das Attest liegt bei', 1],
    ['Attest', 'ATTEST', 1],
    ['Attest', 'Attestation, Protest, attests', 0],
    ['Attest~', 'Attests und Atteste', 2],
    ['Attest~', 'attestieren', 0],
    ['Lohn*', 'Lohn, Lohnbuchhaltung, belohnt', 2],
    ['*befund~', 'Befund, Laborbefund, Röntgenbefunde, befundet', 3],
    ['Kranken-akte~', 'Krankenakte Kranken-Akten Kranken-\nakte Kranken Akte', 4],
    ['Kranken-akte~', 'Kranken, Akte', 0],
    ['Arztzeugnis', 'Ärztzeugnis', 1],
    ['Ärztin', 'Aerztin Ärztin ARZTIN', 3],
    ['Straße', 'Strasse Straße STRASSE', 3],
    ['relevé~ de compte~', 'Relevés de comptes, relevé  de\ncompte', 2, 'fr'],
    ['relevé~ de compte~', 'relevé. De votre compte', 0, 'fr'],
    ['certificat d arrêt', 'un certificat d’arrêt', 1, 'fr'],
    ['carta d identità', 'CARTA D’IDENTITÀ', 1, 'it'],
    ['geb #', 'geb. 12.03.1961', 1],
    ['geb #', 'geb. in Bern', 0],
    ['pay slip~', 'pay slips payslip', 1, 'en'],
    ['pay-slip~', 'pay slips payslip pay-slip', 3, 'en'],
    ['Einbürgerungs-*', 'Einbürgerungsgesuch', 1],
  ]
  for (const [term, text, want, language] of cases) {
    t.equal(await found(term, text, language), want, `${term}: ${text}`)
  }
  t.end()
})

await t.test('what is no term is said', t => {
  const cases: [string, RegExp | undefined][] = [
    ['Lohn~weis', /mark/],
    ['Lohn *weis', /asterisk/],
    ['Lohn!', /none/],
    ['', /none/],
    ['a b', /single/],
    ['*abc', /4 letters/],
    ['# Tage', /mark/],
    ['Lohn #', undefined],
    ['ICD-10', undefined],
  ]
  for (const [term, want] of cases) {
    const objection = objectionToTerm(term)
    if (want === undefined) t.equal(objection, undefined, term)
    else t.match(objection, want, JSON.stringify(term))
  }
  t.end()
})

await t.test('umlauts are compiled in both spellings, where there are any', t => {
  t.same(
    compileTerm('Ärzte', 'de').map(({ stem }) => stem),
    ['arzte ', 'aerzte '],
  )
  t.same(compileTerm('Médecin', 'fr').length, 1)
  t.end()
})

await t.test('any term that is none is refused, any other compiles', t => {
  let seen = 0
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), source => {
      seen++
      return objectionToTerm(source) !== undefined || compileTerm(source, 'de').length > 0
    }),
  )
  t.ok(seen > 0)
  t.end()
})
