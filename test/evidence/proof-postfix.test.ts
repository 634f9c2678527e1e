import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createAuthority } from '../../sandbox/certificates.js'
import { startPostfix } from '../../sandbox/postfix.js'
import { startReceiver } from '../../sandbox/receiver.js'
import { causeOf } from '../../src/evidence/cause.js'
import { fileSource } from '../../src/evidence/file-source.js'
import { startFollower } from '../../src/evidence/follower.js'
import type { QueueEntryLog } from '../../src/store/evidence.js'
import { openStore } from '../../src/store/open-store.js'
import { recordLog } from '../support/log-recorder.js'
import { startInThisThread } from '../support/store-worker.js'

/**
 * A real Postfix with the lane `qtls`, whose fallback is a listener that reads the cause from the
 * store as the milter does: while the message is still being handed over.
 */
void t.test('the listener learns from the store why the lane hands a message over', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'ev-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const authority = await createAuthority(join(directory, 'ca'))
  const store = await openStore({
    url: `sqlite:${join(directory, 'store.db')}`,
    deadlineMs: 10_000,
    startWorker: startInThisThread,
  })
  t.teardown(() => store.close())

  const good = await startReceiver({
    name: 'mx.good.test',
    certificate: await authority.issue('mx.good.test'),
  })
  const wrong = await startReceiver({
    name: 'mx.wrong.test',
    certificate: await authority.issue('mx.other.test'),
  })
  const plain = await startReceiver({ name: 'mx.plain.test' })
  for (const receiver of [good, wrong, plain]) t.teardown(() => receiver.close())

  const waits: number[] = []
  const causes = new Map<string, string>()
  const entries = new Map<string, QueueEntryLog>()
  const listener = await startReceiver({
    name: 'listener.test',
    onArrival: async ({ recipients: [recipient = ''], message }) => {
      const [, queueId = ''] = /\bid ([0-9A-Za-z]+)[\s;]/.exec(message.toString('latin1')) ?? []
      const started = performance.now()
      for (;;) {
        const entry = await store.queueEntry(queueId)
        const cause = causeOf(entry, 'qtls', { recipient })
        if (cause !== undefined || performance.now() - started > 5_000) {
          waits.push(performance.now() - started)
          causes.set(recipient, `${cause?.kind} ${cause?.dsn} ${cause?.text}`)
          entries.set(recipient, entry)
          throw new Error('451 4.7.1 later')
        }
        await sleep(10)
      }
    },
  })
  t.teardown(() => listener.close())

  const next = ({ port }: { readonly port: number }): string => `qtls:[127.0.0.1]:${port}`
  const closed = await closedPort()
  const postfix = await startPostfix({
    directory: join(directory, 'pf'),
    transport: {
      'good.test': next(good),
      'wrong.test': next(wrong),
      'plain.test': next(plain),
      'closed.test': `qtls:[127.0.0.1]:${closed}`,
    },
    mainCf: { smtp_tls_CAfile: authority.file, smtp_tls_loglevel: '1' },
    masterExtra: [
      'qtls unix - - n - - smtp',
      '  -o syslog_name=postfix/qtls -o smtp_tls_security_level=secure',
      '  -o smtp_tls_secure_cert_match=mx.good.test',
      `  -o smtp_tls_policy_maps=inline:{{[127.0.0.1]:${listener.port}=none}}`,
      `  -o smtp_fallback_relay=[127.0.0.1]:${listener.port}`,
    ].join('\n'),
  })
  t.teardown(() => postfix.stop())

  const { log } = recordLog(t)
  const source = fileSource({ path: postfix.logFile, log })
  const follower = startFollower({ source, store, log, fromStart: true })
  t.teardown(() => follower.stop())

  const domains = ['good', 'wrong', 'plain', 'closed']
  for (const name of domains) {
    const sent = await postfix.sendmail(
      ['-f', 'a@in.test', `bob@${name}.test`],
      'Subject: x\n\nx\n',
    )
    t.equal(sent.code, 0)
  }
  await postfix.waitForLog(
    line => line.includes('to=<bob@wrong.test>') && line.includes('deferred'),
  )
  await postfix.waitForLog(
    line => line.includes('to=<bob@plain.test>') && line.includes('deferred'),
  )
  await postfix.waitForLog(line => line.includes('to=<bob@good.test>') && line.includes('sent'))
  await postfix.waitForLog(
    line => line.includes('to=<bob@closed.test>') && line.includes('deferred'),
  )

  t.equal(
    causes.get('bob@wrong.test'),
    'tls 4.7.5 Server certificate not verified; num=62:hostname mismatch',
  )
  t.match(causes.get('bob@plain.test'), /^tls 4\.7\.4 TLS is required, but was not offered/)
  t.match(causes.get('bob@closed.test'), /^undefined/, 'no line names the entry before it is over')
  const fast = waits.filter(ms => ms < 5_000)
  t.equal(fast.length, 2)
  t.ok(Math.max(...fast) < 1_000, `known after ${fast.map(Math.round).join(', ')} ms`)

  const delivery = await eventually(t, async () => {
    const line = await postfix.waitForLog(each => each.includes('to=<bob@good.test>'))
    const [, queueId = ''] = /: ([0-9A-F]+): to=/.exec(line) ?? []
    return (await store.queueEntry(queueId)).deliveries[0]
  })
  t.match(delivery, {
    service: 'qtls',
    recipient: 'bob@good.test',
    status: 'sent',
    tls: { trust: 'Verified', protocol: 'TLSv1.3', details: /^key-exchange / },
  })
})

async function closedPort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise(done => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function eventually<T>(t: Test, look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) {
    const found = await look()
    if (found !== undefined) return found
  }
  t.fail('not within ten seconds')
  return undefined
}
