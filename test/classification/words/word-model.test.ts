import t from 'tap'
import { hashOfName } from '../../../src/classification/words/word-features.js'
import { readWordModel, slotOf } from '../../../src/classification/words/word-model.js'

const HEADER =
  '// x\nprotect_bias\t-0.5\nconfide_bias\t0.25\nleast_features\t4\nraise_from\t1\nundo_below\t-1\n'

await t.test('a list of weights is read', t => {
  const model = readWordModel(`${HEADER}word diagnose\t2\t-0.5\npair # mg\t1\t0\n`)
  t.match(model, { protectBias: -0.5, confideBias: 0.25, leastFeatures: 4, raiseFrom: 1 })
  const slot = slotOf(model, hashOfName('word diagnose'))
  t.equal(model.protect[slot], 2)
  t.equal(model.confide[slot], -0.5)
  t.equal(model.names[slot], 'word diagnose')
  t.equal(slotOf(model, hashOfName('word other')), -1)
  t.end()
})

await t.test('a list of another form is refused', t => {
  for (const [text, message] of [
    ['', 'protect_bias is missing in the list of words'],
    [HEADER.replace('4', 'x'), 'least_features is missing in the list of words'],
    [`${HEADER}word a`, 'no weights in the line: word a'],
    [`${HEADER}word ab\t1`, 'no weights in the line: word ab\t1'],
    [`${HEADER}word ab\t1\tx`, 'no weights in the line: word ab\t1\tx'],
    [`${HEADER}sound ab\t1\t1`, 'sound ab is no feature'],
  ] as const)
    t.throws(() => readWordModel(text), { message })
  t.end()
})
