import t from 'tap'
import { laneOffers } from '../../src/qtls/lane-offers.js'

await t.test('this OpenSSL can make both offers', async t => {
  const { qtls, tls } = laneOffers()
  t.ok(qtls.context)
  t.ok(tls.context)
})
