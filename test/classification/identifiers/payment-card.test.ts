import t from 'tap'
import { isPaymentCard } from '../../../src/classification/identifiers/payment-card.js'

await t.test('a payment card', t => {
  const cases: [string, string, boolean][] = [
    ['of Visa counts', '4111111111111111', true],
    ['of Mastercard counts', '5105105105105100', true],
    ['of Mastercard’s second range counts', '2223003122003222', true],
    ['of American Express counts', '378282246310005', true],
    ['of Diners counts', '30569309025904', true],
    ['of Discover counts', '6011111111111117', true],
    ['of JCB counts', '3530111333300000', true],
    ['of UnionPay counts', '6200000000000005', true],
    ['of Maestro counts', '6759649826438453', true],
    ['with a wrong check digit does not', '5105105105105101', false],
    ['of a range that nobody has does not', '9111111111111116', false],
    ['of Visa with the length of American Express does not', '411111111111116', false],
    ['of Maestro with twelve digits does not', '676700000005', false],
  ]
  for (const [name, value, want] of cases) t.equal(isPaymentCard(value), want, name)
  t.end()
})
