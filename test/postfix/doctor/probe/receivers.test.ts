import { createTransport } from 'nodemailer'
import t from 'tap'
import { startReceivers } from '../../../../src/postfix/doctor/probe/receivers.js'

t.test('each receiver takes mail and says how it came', async t => {
  const receivers = await startReceivers(t.testdir({}))
  t.teardown(() => receivers.close())
  const { ports } = receivers
  t.equal(new Set(Object.values(ports)).size, 3)
  for (const [role, port] of Object.entries(ports)) {
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      requireTLS: role === 'tls',
      ignoreTLS: role !== 'tls',
      tls: { rejectUnauthorized: false },
    })
    const to = `Probe@${role}.postseal-probe.invalid`
    await transport.sendMail({ from: '', to, subject: role, text: 'x', envelope: { from: '', to } })
    transport.close()
  }
  t.strictSame(
    receivers.arrivals.map(({ role, recipient, encrypted }) => [role, recipient, encrypted]),
    [
      ['plain', 'probe@plain.postseal-probe.invalid', false],
      ['tls', 'probe@tls.postseal-probe.invalid', true],
      ['fallback', 'probe@fallback.postseal-probe.invalid', false],
    ],
  )
  t.match(receivers.arrivals[0]?.message, /^Subject: plain\r$/m)
})

t.test('without a place for its certificate it does not start', async t => {
  await t.rejects(startReceivers('/no/such/directory'), { code: 'ENOENT' })
})
