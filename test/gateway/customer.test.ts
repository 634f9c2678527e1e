import t from 'tap'
import { customerLookup } from '../../src/gateway/customer.js'

t.test('the domain of the envelope sender names the customer', async t => {
  const customerOf = customerLookup([
    { name: 'praxis', domains: ['praxis.example', 'Zürich.example'] },
    { name: 'kanzlei', domains: ['kanzlei.example'] },
  ])
  const cases: [sender: string, customer: string][] = [
    ['a@praxis.example', 'praxis'],
    ['a@PRAXIS.example', 'praxis'],
    ['a@xn--zrich-kva.example', 'praxis'],
    ['b@kanzlei.example', 'kanzlei'],
    ['b@sub.kanzlei.example', 'default'],
    ['', 'default'],
    ['root', 'default'],
  ]
  for (const [sender, customer] of cases) t.equal(customerOf(sender), customer, sender || '(null)')
})
