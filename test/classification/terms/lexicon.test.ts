import t from 'tap'
import { compileLexicon } from '../../../src/classification/terms/lexicon.js'
import { dictionary, group } from '../../support/dictionaries.js'

await t.test('dictionaries of one domain are added up, and the last thresholds hold', t => {
  const { domains, terms } = compileLexicon([
    dictionary([group(['eins'])], { domain: 'a' }),
    dictionary([group(['zwei'])], { domain: 'b' }),
    dictionary([group(['drei'])], { domain: 'a', high_from: 5 }),
  ])
  t.same(domains, [
    { name: 'a', highFrom: 5, confidentialFrom: 10 },
    { name: 'b', highFrom: 10, confidentialFrom: 10 },
  ])
  t.same(
    terms.map(({ source, domain }) => [source, domain]),
    [
      ['eins', 0],
      ['zwei', 1],
      ['drei', 0],
    ],
  )
  t.end()
})

await t.test('sets of the same words are one', t => {
  const near = ['bei']
  const one = compileLexicon([dictionary([group(['eins'], { near })])])
  const two = compileLexicon([dictionary([group(['eins'], { near }), group(['zwei'], { near })])])
  t.equal(two.sets, one.sets)
  t.equal(two.terms[0]?.near, two.terms[1]?.near)
  t.end()
})
