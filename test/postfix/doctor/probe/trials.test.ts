import t from 'tap'
import { recipientOf, trialsFor } from '../../../../src/postfix/doctor/probe/trials.js'
import { lanesConfig } from '../../../support/postfix-instance.js'

const product = (name: string, tls: string): string =>
  `[[product]]\nname = "${name}"\nnext_hop = "[${name}.inside.example]:25"\ntls = "${tls}"\n`

t.test('every lane meets both servers, and each has its right answer', async t => {
  const config = lanesConfig(
    product('a', 'none') + product('b', 'encrypt') + product('c', 'secure'),
  )
  t.strictSame(
    trialsFor(config).map(({ lane, target, expect }) => `${lane} ${target} ${expect}`),
    [
      'split plain sent',
      'split tls sent',
      'qtls plain refused',
      'qtls tls refused',
      'tls plain refused',
      'tls tls sent',
      'sealed plain sent',
      'sealed tls sent',
      'hand-over-a plain sent',
      'hand-over-a tls sent',
      'hand-over-b plain refused',
      'hand-over-b tls sent',
      'hand-over-c plain refused',
      'hand-over-c tls refused',
    ],
  )
})

t.test('each trial has a recipient of its own, whom nobody can be', async t => {
  const recipients = trialsFor(lanesConfig()).map(recipientOf)
  t.equal(new Set(recipients).size, 8)
  t.equal(recipients[2], 'probe@plain.qtls.postseal-probe.invalid')
  t.ok(recipients.every(address => address.endsWith('.invalid')))
})
