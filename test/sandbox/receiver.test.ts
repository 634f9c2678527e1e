import { once } from 'node:events'
import { connect } from 'node:net'
import { createTransport } from 'nodemailer'
import t from 'tap'

import { createAuthority } from '../../sandbox/certificates.js'
import { startReceiver, type Receiver } from '../../sandbox/receiver.js'

const MESSAGE = 'From: a@a.test\r\nSubject: one\r\n\r\nb\u00fccher\r\n..dots\r\n'

await t.test('a receiver with a certificate tells the version and cipher of TLS', async t => {
  const authority = await createAuthority(t.testdir({}))
  const certificate = await authority.issue('mx.b.test')
  const receiver = await startReceiver({ name: 'mx.b.test', certificate })
  t.teardown(() => receiver.close())
  await send(receiver, {
    ignoreTLS: false,
    tls: { maxVersion: 'TLSv1.2', rejectUnauthorized: false },
  })
  await send(receiver, { ignoreTLS: false, tls: { servername: 'mx.b.test', ca: certificate.cert } })
  t.match(receiver.arrivals, [
    { sender: 'a@a.test', recipients: ['x@b.test', 'y@b.test'], tls: { version: 'TLSv1.2' } },
    { receiver: 'mx.b.test', tls: { version: 'TLSv1.3', cipher: /^TLS_/ } },
  ])
  await t.rejects(
    send(receiver, {
      ignoreTLS: false,
      tls: { servername: 'mx.other.test', ca: certificate.cert },
    }),
    /altnames/,
    'the certificate is for its own name only',
  )
})

await t.test(
  'a receiver without a certificate takes the bytes as they are, in clear text',
  async t => {
    const receiver = await startReceiver({ name: 'mx.c.test', address: '127.0.0.7' })
    t.teardown(() => receiver.close())
    await t.rejects(send(receiver, { ignoreTLS: false, requireTLS: true }), /STARTTLS|TLS/)
    await send(receiver)
    t.equal(receiver.arrivals.length, 1)
    t.equal(receiver.arrivals[0]?.tls, undefined)
    t.equal(receiver.arrivals[0]?.message.toString(), MESSAGE)
    t.equal(receiver.address, '127.0.0.7')
  },
)

await t.test('what cannot be kept is not accepted', async t => {
  const onArrival = (): never => {
    throw new Error('the disk is full')
  }
  const receiver = await startReceiver({ name: 'mx.d.test', onArrival })
  t.teardown(() => receiver.close())
  await t.rejects(send(receiver), /451/)
  t.same(receiver.arrivals, [])
})

await t.test('a taken port is an error, and close ends the listening', async t => {
  const receiver = await startReceiver({ name: 'mx.e.test' })
  const { port } = receiver
  await t.rejects(startReceiver({ name: 'second', port }), { code: 'EADDRINUSE' })
  await receiver.close()
  const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException]
  t.equal(error.code, 'ECONNREFUSED')
})

await t.test('parameters of the envelope are kept', async t => {
  const receiver = await startReceiver({ name: 'mx.f.test' })
  t.teardown(() => receiver.close())
  const dsn = { id: 'e1', return: 'headers', notify: ['failure'], recipient: 'x@b.test' }
  await send(receiver, {}, { dsn })
  t.match(receiver.arrivals, [
    {
      senderParameters: { RET: 'HDRS', ENVID: 'e1' },
      recipientParameters: [
        { NOTIFY: 'FAILURE', ORCPT: 'rfc822;x@b.test' },
        { NOTIFY: 'FAILURE', ORCPT: 'rfc822;x@b.test' },
      ],
      confirmed: true,
    },
  ])
})

await t.test('each mood does what it says, until the next', async t => {
  const receiver = await startReceiver({ name: 'mx.g.test' })
  t.teardown(() => receiver.close())
  await receiver.become({ refuse: 'connection', reply: '421 4.3.2 Not now' })
  await t.rejects(send(receiver), /421/)
  await receiver.become({ refuse: 'sender', reply: '550 5.1.8 Who?' })
  await t.rejects(send(receiver), /550 5\.1\.8 Who\?/)
  await receiver.become({ refuse: 'recipient', reply: '450 4.2.0 Greylisted', times: 1 })
  await t.rejects(send(receiver), /450 4\.2\.0 Greylisted/)
  await send(receiver)
  await receiver.become({ refuse: 'message', reply: '452 4.3.1 Full' })
  await t.rejects(send(receiver), /452 4\.3\.1 Full/)
  await receiver.become('away')
  await t.rejects(send(receiver), { code: 'ESOCKET' })
  t.equal(receiver.arrivals.length, 1)
  await receiver.become({ slowMs: 1 })
  await send(receiver)
  t.equal(receiver.arrivals.length, 2)
})

await t.test('who cuts the connection has the message, and its sender does not know', async t => {
  const receiver = await startReceiver({ name: 'mx.h.test' })
  t.teardown(() => receiver.close())
  await receiver.become('cutting')
  await t.rejects(send(receiver), /closed/)
  t.match(receiver.arrivals, [{ confirmed: false }])
})

await t.test('a message is held until the mood changes', async t => {
  const receiver = await startReceiver({ name: 'mx.i.test' })
  t.teardown(() => receiver.close())
  await receiver.become('holding')
  const sending = send(receiver)
  await t.rejects(receiver.mailTo('x@b.test', 50), /no mail to x@b\.test; there is none/)
  const arrival = receiver.mailTo('x@b.test')
  await receiver.become('good')
  await sending
  t.equal((await arrival).message.toString(), MESSAGE)
  await t.rejects(
    receiver.mailTo('y@b.test', 0).then(() => receiver.mailTo('y@b.test', 0)),
    {
      message: 'no mail to y@b.test; there is x@b.test y@b.test',
    },
  )
})

async function send(receiver: Receiver, options: object = {}, mail: object = {}): Promise<void> {
  const { address: host, port } = receiver
  const transport = createTransport({ host, port, secure: false, ignoreTLS: true, ...options })
  const envelope = { from: 'a@a.test', to: ['x@b.test', 'y@b.test'] }
  await transport.sendMail({ envelope, raw: MESSAGE, ...mail }).finally(() => transport.close())
}
