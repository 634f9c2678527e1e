import t from 'tap'
import { passOf, productLane } from '../../src/policy/lanes.js'

t.test('only the names of the listeners are passes of their own', async t => {
  t.equal(passOf('re-split'), 're-split')
  t.equal(passOf('re-qtls'), 're-qtls')
  t.equal(passOf('re-tls'), 're-tls')
  for (const name of [undefined, '', 'first', 'mail.example.org', 'RE-SPLIT', 're-split '])
    t.equal(passOf(name), 'first', String(name))
})

t.test('a product has a lane of its own name', async t => {
  t.equal(productLane('seppmail'), 'hand-over-seppmail')
})
