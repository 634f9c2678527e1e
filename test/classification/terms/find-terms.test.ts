import t from 'tap'
import { findTerms, firstMark, hasMark } from '../../../src/classification/terms/find-terms.js'
import { Pace } from '../../../src/classification/pace.js'
import { findIn, fold, group, lexiconOf, never } from '../../support/dictionaries.js'

await t.test('a hit says where its term begins and ends', async t => {
  const lexicon = lexiconOf(group(['Arzt-brief~']))
  const { hits } = await findIn('Die Arzt-\nbriefe an', lexicon)
  t.same(hits, [{ term: 0, start: 4, end: 16 }])
  t.end()
})

await t.test('words that stand for or against a term are marks', async t => {
  const lexicon = lexiconOf(group(['Diagnose'], { not_near: ['Server'] }))
  const set = lexicon.terms[0]?.notNear[0] ?? -1
  const { marks } = await findIn('Server: Diagnose, Server', lexicon)
  t.same(marks[set], [6, 24])
  t.ok(hasMark(marks, set, 0, 10))
  t.notOk(hasMark(marks, set, 7, 23))
  t.notOk(hasMark(marks, -1, 0, 100))
  t.end()
})

await t.test('the first place behind another is found', t => {
  t.equal(firstMark([1, 5, 9], 5), 5)
  t.equal(firstMark([1, 5, 9], 6), 9)
  t.equal(firstMark([1, 5, 9], 10), Number.POSITIVE_INFINITY)
  t.equal(firstMark([], 0), Number.POSITIVE_INFINITY)
  t.end()
})

await t.test('a text of nothing but terms gives some thousand, then says no more', async t => {
  const { hits } = await findIn('Diagnose '.repeat(6000), lexiconOf(group(['Diagnose'])))
  t.equal(hits.length, 5000)
  t.end()
})

await t.test('a long text is left where the signal says so', async t => {
  const folded = await fold('x '.repeat(200_000))
  const stop = new AbortController()
  const pace = new Pace(stop.signal)
  t.same((await findTerms(folded, lexiconOf(group(['Diagnose'])), pace)).hits, [])
  t.ok(!never.aborted)
  t.end()
})
