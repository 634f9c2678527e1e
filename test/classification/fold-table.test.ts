import t from 'tap'
import {
  charactersOf,
  DROP,
  foldAstral,
  learnFold,
  OTHER,
  SEVERAL,
} from '../../src/classification/fold-table.js'

await t.test('a character is folded once and known then', t => {
  const code = (char: string): number => char.charCodeAt(0)
  t.equal(learnFold(code('É')), code('e'))
  t.equal(learnFold(code('К')), code('k'), 'a Cyrillic letter that looks the same')
  t.equal(learnFold(code('\u200b')), DROP)
  t.equal(learnFold(code('漢')), OTHER)
  t.equal(learnFold(code('ß')), SEVERAL)
  t.same(charactersOf(code('ß')), [code('s'), code('s')])
  t.same(charactersOf(code('漢')), [])
  t.end()
})

await t.test('letters of formulas are letters', t => {
  t.equal(foldAstral(0x1d400), 'a'.charCodeAt(0))
  t.equal(foldAstral(0x1f600), OTHER)
  t.equal(foldAstral(0xe0100), DROP)
  t.end()
})
