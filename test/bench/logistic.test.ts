import t from 'tap'
import { logistic, type Sample } from '../../bench/classes/logistic.js'

const sample = (isPositive: boolean, ...features: readonly number[]): Sample => ({
  features,
  isPositive,
  weight: 1,
})

await t.test('what stands in one class alone speaks for it', t => {
  const samples = [sample(true, 0, 2), sample(true, 0), sample(false, 1, 2), sample(false, 1)]
  const options = { features: 3, leastFeatures: 1, ridge: 0.05, rounds: 200 }
  const { weights, bias } = logistic(samples, options)
  const [first = 0, second = 0, third = 1] = weights
  t.ok(first > 1 && second < -1, `${first} ${second}`)
  t.ok(Math.abs(third) < 0.01 && Math.abs(bias) < 0.01, 'what stands in both says nothing')
  t.same(logistic(samples, options).weights, weights, 'the same samples give the same weights')
  t.end()
})
