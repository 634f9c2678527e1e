import t from 'tap'
import { X509Certificate, createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { enterNamespace } from '../../sandbox/namespace.js'
import { runCommand } from '../../sandbox/run-command.js'
import { parseConfig } from '../../src/config/load.js'
import { rulesInForce } from '../../src/qtls/verdict-rules.js'
import { openStore } from '../../src/store/open-store.js'
import { LaneLab } from '../support/lane-lab.js'
import { SERVERS } from '../support/lane-world.js'
import { fields, parts, reportTo } from '../support/lane-text.js'
import { sampleVerdict } from '../support/store-verdict-samples.js'

t.setTimeout(500_000)
await enterNamespace()

const lab = await LaneLab.start(t, {
  settings: `[notices]
after = "1m"
[maps]
pin = "spki"
[[product]]
name = "vault"
next_hop = "[${SERVERS['product.test'].address}]:25"
tls = "encrypt"
trigger_header = "X-Vault: seal"
[[rule]]
name = "hold"
domain = ["fine.test"]
class = ["high"]
action = "hold"
[[rule]]
name = "vault"
recipient = ["@selfsigned.test"]
action = "hand-over"
lane = "hand-over-vault"
reason = "they have the vault"
`,
  mainCf: { minimal_backoff_time: '300s', smtp_connect_timeout: '5s' },
})

/** Sends what nobody may deliver yet, and gives its queue id once it waits. */
async function onHold(name: string): Promise<{ recipient: string; queueId: string }> {
  const recipient = `${name}@fine.test`
  await lab.send({ from: `${name}@home.test`, to: [recipient], class: 'high' })
  const { queueId } = await lab.deferred(recipient, /Waiting for a release/)
  return { recipient, queueId }
}

/** The sender of this one is told after a minute, while the others are at work. */
const slow = await onHold('slow')

/** Nobody decides about these: one waits for an officer, the other for its domain. */
const forgotten = await onHold('forgotten')
await lab.send({ from: 'patient@home.test', to: ['untested@product.test'], class: 'high' })
await lab.deferred('untested@product.test', /Waiting until/)

await t.test('what is on hold waits, is listed, and leaves when it is released', async t => {
  const { recipient, queueId } = await onHold('released')
  t.match(await lab.does('waiting'), recipient)
  await lab.does('release', queueId, '--reason', 'seen')
  t.ok((await lab.arrived(recipient)).tls)
  t.same(await lab.story(recipient), [
    'split: deferred 4.7.1',
    'split: sent to re-split',
    'qtls: Verified, sent to mx.fine.test',
  ])
})

await t.test('what is cancelled comes back with the reason', async t => {
  const { recipient, queueId } = await onHold('cancelled')
  await lab.does('cancel', queueId, '--reason', 'wrong recipient')
  await lab.bounced(recipient, /cancelled by the data-protection officer/)
  t.match(
    (await reportTo(lab, 'cancelled@home.test')).text,
    'cancelled by the data-protection officer',
  )
  t.same(lab.arrivals(recipient), [])
})

await t.test('requeued while it waits, it meets the milter again and waits on', async t => {
  const { recipient, queueId } = await onHold('requeued')
  await lab.postfix.postsuper(['-r', queueId])
  await lab.postfix.postqueue(['-f'])
  await lab.watch.settled()
  const [, again] = await lab.watch.deliveriesTo(recipient)
  t.equal(again?.dsn, '4.7.1')
  t.equal(lab.arrivals(recipient).length, 0)
  await lab.does('release', again?.queueId ?? '', '--reason', 'seen')
  await lab.arrived(recipient)
})

await t.test(
  'Postfix may put it on hold of its own, and let it go: the decision stays',
  async t => {
    const { recipient, queueId } = await onHold('onhold')
    await lab.postfix.postsuper(['-h', queueId])
    await lab.does('release', queueId, '--reason', 'seen')
    await sleep(1500)
    t.same(lab.arrivals(recipient), [])
    await lab.postfix.postsuper(['-H', queueId])
    await lab.postfix.postqueue(['-i', queueId])
    await lab.arrived(recipient)
  },
)

await t.test('requeued on its way out, mail keeps its decision', async t => {
  await lab.server('away.test').become('away')
  await lab.send({ from: 'out@home.test', to: ['out@away.test'], class: 'high' })
  const { queueId } = await lab.deferred('out@away.test')
  await lab.postfix.postsuper(['-r', queueId])
  await lab.server('away.test').become('good')
  await lab.postfix.postqueue(['-f'])
  const arrival = await lab.arrived('out@away.test')
  t.ok(arrival.tls)
  t.same(fields(arrival, 'X-Postseal-Lane'), [])
})

await t.test(
  'a server that is down is tried again by the lane, and nothing else is decided',
  async t => {
    await lab.server('away.test').become('away')
    await lab.send({ to: ['down@away.test'], class: 'high' })
    await lab.deferred('down@away.test')
    t.same(await lab.story('down@away.test'), ['qtls: not there, deferred 4.7.1'])
    await lab.server('away.test').become('good')
    await lab.postfix.postqueue(['-f'])
    t.ok((await lab.arrived('down@away.test')).tls)
  },
)

await t.test('a server that greylists gets its second try, by the same lane', async t => {
  await lab
    .server('grey.test')
    .become({ refuse: 'recipient', reply: '450 4.2.0 Greylisted', times: 1 })
  await lab.send({ to: ['grey@grey.test'], class: 'high' })
  await lab.deferred('grey@grey.test', /Greylisted/)
  await lab.postfix.postqueue(['-f'])
  await lab.arrived('grey@grey.test')
  t.same(await lab.story('grey@grey.test'), [
    'qtls: 450 4.2.0, deferred 4.7.1',
    'qtls: Verified, sent to mx.grey.test',
  ])
})

await t.test('a server with a new key gets its mail once it has been looked at again', async t => {
  const url = `sqlite:${join(lab.directory, 'state', 'postseal.db')}`
  const store = await openStore({ url, deadlineMs: 10_000 })
  t.teardown(() => store.close())
  const rules = rulesInForce(parseConfig('', undefined)).digest
  const seen = async (key: string): Promise<void> => {
    const at = Date.now()
    const verdict = { domain: 'new.test', level: 'qualified', until: at + 3_600_000 } as const
    await store.domains.saveVerdict(
      sampleVerdict(
        { ...verdict, match: ['mx.new.test'], spki: [key] },
        { probedAt: at, dueAt: at, rules },
      ),
    )
    const map = join(lab.directory, 'state', 'maps', 'qtls_policy')
    while (!(await readFile(map, 'utf8')).includes(key)) await sleep(100)
  }
  await seen(Array.from({ length: 32 }, () => 'AB').join(':'))
  await lab.send({ to: ['key@new.test'] })
  await lab.deferred('key@new.test', /keys of its servers are looked at again/)
  await seen(await keyAt(SERVERS['new.test'].address))
  await lab.postfix.postqueue(['-f'])
  t.ok((await lab.arrived('key@new.test')).tls)
  t.same(await lab.story('key@new.test'), [
    'qtls: not verified, deferred 4.7.1',
    'qtls: Verified, sent to mx.new.test',
  ])
  t.ok(await store.domains.forgetDomain('new.test', 'test', 'others need it unknown'))
})

await t.test('a mistyped domain ends at once', async t => {
  await lab.send({ from: 'typo@home.test', to: ['typo@absent.test'], class: 'high' })
  const { dsn } = await lab.bounced('typo@absent.test', /the domain does not exist/)
  t.equal(dsn, '5.1.2')
})

await t.test('so does a domain that takes no mail', async t => {
  await lab.send({ from: 'nomail@home.test', to: ['null@nomail.test'], class: 'high' })
  const { dsn } = await lab.bounced('null@nomail.test', /the domain takes no mail/)
  t.equal(dsn, '5.1.10')
})

await t.test('a no of the server itself is passed on as it is', async t => {
  await lab.server('grey.test').become({ refuse: 'recipient', reply: '550 5.1.1 No such user' })
  await lab.send({ from: 'nouser@home.test', to: ['nouser@grey.test'], class: 'high' })
  const { dsn } = await lab.bounced('nouser@grey.test', /No such user/)
  t.equal(dsn, '5.1.1')
  await lab.server('grey.test').become('good')
})

await t.test('while everything is stopped, mail is taken and waits; then it goes', async t => {
  await lab.does('pause', '--reason', 'an incident')
  await lab.send({ to: ['paused@good.test', 'paused@home.test'], class: 'high' })
  await lab.send({ to: ['paused.alone@good.test'], class: 'high' })
  await lab.deferred('paused@good.test', /outgoing mail is stopped by the operator/)
  await lab.deferred('paused.alone@good.test')
  await lab.arrived('paused@home.test')
  t.same(lab.arrivals('paused@good.test'), [])
  await lab.does('resume', '--reason', 'it is over')
  await lab.arrived('paused@good.test')
  await lab.arrived('paused.alone@good.test')
  t.same((await lab.story('paused@good.test')).slice(-2), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
})

await t.test(
  'a product gets its mail encrypted, with its trigger, and a client cannot pull it',
  async t => {
    const headers = 'X-Vault: no\r\nx-vault: seal\r\n'
    await lab.send({ to: ['client@selfsigned.test'], class: 'high', headers })
    const arrival = await lab.server('product.test').mailTo('client@selfsigned.test', 60_000)
    t.ok(arrival.tls)
    t.same(fields(arrival, 'X-Vault'), ['seal'])
    t.notMatch(parts(arrival).header, /^(?:x-vault|X-Postseal-Lane)/m)
    await lab.send({ to: ['client@good.test'], headers })
    t.notMatch(parts(await lab.arrived('client@good.test')).header, /^x-vault/im)
  },
)

await t.test('a product that sends its mail back to us gets it no third time', async t => {
  const to = ['loop@selfsigned.test']
  await lab.send({ to, user: 'anna' })
  for (const round of [1, 2]) {
    const { message } = await lab.server('product.test').mailTo('loop@selfsigned.test', 60_000)
    t.match(await lab.send({ to, message }), { reply: /^250/ }, `round ${round}`)
  }
  await lab.deferred('loop@selfsigned.test', /Mail protection is not available/)
  await lab.logged({ level: 'error', event: /lanes are not wired/ })
  const all = lab.server('product.test').arrivals
  t.equal(all.filter(({ recipients }) => recipients.includes('loop@selfsigned.test')).length, 2)
})

await t.test('what cannot be had encrypted from the product stays here', async t => {
  await lab.server('product.test').become('away')
  await lab.send({ to: ['patient@selfsigned.test'] })
  await lab.deferred('patient@selfsigned.test', /Connection refused/)
  await lab.server('product.test').become('good')
  await lab.postfix.postqueue(['-f'])
  await lab.server('product.test').mailTo('patient@selfsigned.test', 60_000)
  t.same(lab.arrivals('patient@selfsigned.test'), [])
})

await t.test('a hundred who wait do not hold up another', async t => {
  const to = Array.from({ length: 100 }, (_, number) => `crowd.${number}@new.test`)
  await lab.send({ to, class: 'high' })
  await lab.send({ to: ['hurried@good.test', 'hurried@home.test'], class: 'high' })
  const before = Date.now()
  await lab.arrived('hurried@good.test')
  t.ok(Date.now() - before < 20_000, `${Date.now() - before} ms`)
  await lab.deferred('crowd.99@new.test', /Waiting until/)
  await lab.does('domain', 'set', 'new.test', 'qualified', '--reason', 'tested')
  for (const recipient of to) await lab.arrived(recipient)
})

await t.test(
  'who waits for long is told, once, and told again when it has come to nothing',
  async t => {
    const notice = await lab.arrived('slow@home.test')
    t.equal(notice.sender, '')
    t.match(fields(notice, 'Subject').join(), slow.recipient)
    t.match(parts(notice).body, 'There is nothing for you to do')
    await lab.does('cancel', slow.queueId, '--reason', 'too late')
    await lab.bounced(slow.recipient)
    const more = [await lab.arrived('slow@home.test'), await lab.arrived('slow@home.test')]
    const types = more.map(one => /multipart\/report/.test(parts(one).header))
    t.equal(types.filter(Boolean).length, 1, 'a report of Postfix, and a notice of ours')
    await lab.watch.settled()
    t.equal(lab.arrivals('slow@home.test').length, 3)
  },
)

await t.test(
  'what waits past its limit comes to an end, by itself, and its sender is told',
  async t => {
    const file = join(lab.directory, 'milter.conf')
    await appendFile(file, `\n[policy]\nhold_limit = "1m"\nwait_limit = "1m"\n`)
    lab.daemon.signal('SIGHUP')
    await lab.logged({ event: 'settings read again' })
    // A limit that is made shorter is learnt at the next try.
    await lab.postfix.postqueue(['-f'])
    const ends: readonly (readonly [recipient: string, sender: string, why: RegExp])[] = [
      [forgotten.recipient, 'forgotten@home.test', /nobody released the message in time/],
      ['untested@product.test', 'patient@home.test', /not qualified/],
    ]
    for (const [recipient, sender, why] of ends) {
      const { dsn } = await lab.bounced(recipient, why)
      t.match(dsn, /^5\./)
      t.match((await reportTo(lab, sender)).text, recipient)
      t.same(lab.arrivals(recipient), [])
    }
  },
)

/** SHA-256 of the public key of a mail server, as Postfix prints it. */
async function keyAt(address: string): Promise<string> {
  const args = ['s_client', '-starttls', 'smtp', '-connect', `${address}:25`]
  const { stdout } = await runCommand('openssl', args)
  const der = new X509Certificate(stdout).publicKey.export({ type: 'spki', format: 'der' })
  const digest = createHash('sha256').update(der).digest('hex').toUpperCase()
  return (digest.match(/../g) ?? []).join(':')
}
