import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'
import { LETTER, openToolBox } from '../support/detect-tools.js'
import { fields, parts, reportTo } from '../support/lane-text.js'

t.setTimeout(300_000)
await enterNamespace()

const LOCK = '=?utf-8?q?=F0=9F=94=92?='
const lab = await LaneLab.start(t, {
  // What an impatient administrator has; the lanes need more time than that.
  mainCf: { smtp_data_done_timeout: '1s', unverified_recipient_reject_code: '550' },
  masterExtra:
    '2526 inet n - y - - smtpd -o smtpd_recipient_restrictions=reject_unverified_recipient',
})

await t.test('a message to one good server is bound at once and delivered verified', async t => {
  await lab.send({ to: ['one@good.test'], class: 'high' })
  const arrival = await lab.arrived('one@good.test')
  t.ok(arrival.tls)
  t.same(fields(arrival, 'Subject'), [`${LOCK} Hello`])
  t.same(fields(arrival, 'X-Postseal-Lane'), [])
  t.same(await lab.story('one@good.test'), ['qtls: Verified, sent to mx.good.test'])
})

await t.test('of one message, each recipient has its own way', async t => {
  await lab.send({ to: ['two@home.test', 'two@good.test', 'two@selfsigned.test'] })
  await lab.arrived('two@home.test')
  await lab.arrived('two@good.test')
  await lab.arrived('two@selfsigned.test')
  t.same(await lab.story('two@home.test'), ['relay: sent to 127.0.0.10'])
  t.same(await lab.story('two@good.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
  t.same(await lab.story('two@selfsigned.test'), [
    'split: sent to re-split',
    'tls: Untrusted, sent to mx.selfsigned.test',
  ])
})

await t.test(
  'a wrong name in the certificate leads to a new decision, for that recipient alone',
  async t => {
    const from = 'three@home.test'
    const to = ['three@good.test', 'three@wrongname.test', 'inside.three@home.test']
    await lab.send({ from, to, class: 'high' })
    await lab.arrived('three@good.test')
    await lab.arrived('inside.three@home.test')
    await lab.bounced('three@wrongname.test', /5\.7\.1/)
    t.same(await lab.story('three@wrongname.test'), [
      'split: sent to re-split',
      'qtls: not verified, bounced 5.7.1',
    ])
    t.same(lab.arrivals('three@wrongname.test'), [])
    const report = await reportTo(lab, from)
    t.match(report.text, 'the transport is not qualified')
    t.notMatch(report.text, 'three@good.test>:')
  },
)

await t.test(
  'where the name is wrong, normal mail goes encrypted, and without the lock',
  async t => {
    await lab.send({ to: ['four@wrongname.test'] })
    const arrival = await lab.arrived('four@wrongname.test')
    t.ok(arrival.tls)
    t.same(fields(arrival, 'Subject'), ['Hello'])
    t.same(fields(arrival, 'X-Postseal-Protection'), [])
    t.same(await lab.story('four@wrongname.test'), [
      'qtls: not verified, sent to re-qtls',
      'tls: Trusted, sent to mx.wrongname.test',
    ])
  },
)

await t.test('a server that has lost its TLS gets nothing, by no lane', async t => {
  await lab.tellLevels('plain.test,qualified\n')
  await lab.send({ from: 'five@home.test', to: ['five@plain.test'] })
  await lab.bounced('five@plain.test', /the transport is not encrypted; seal, not available/)
  t.same((await lab.story('five@plain.test')).slice(-2), [
    'qtls: no TLS, sent to re-qtls',
    'tls: no TLS, bounced 5.7.1',
  ])
  t.same(lab.arrivals('five@plain.test'), [])
})

await t.test(
  'what cannot be protected for one recipient of three is refused for that one',
  async t => {
    await lab.send({
      from: 'six@home.test',
      to: ['six@good.test', 'six@weak.test', 'six@fine.test'],
    })
    await lab.arrived('six@good.test')
    await lab.arrived('six@fine.test')
    await lab.bounced('six@weak.test')
    t.same(await lab.story('six@weak.test'), ['split: bounced 5.7.1'])
    t.same(lab.arrivals('six@weak.test'), [])
  },
)

await t.test('what can be protected for nobody is refused at once', async t => {
  const reply = await lab.refused({ to: ['seven@weak.test'], class: 'high' })
  t.match(reply, /^550-5\.7\.1 <seven@weak\.test>: the transport is not qualified/)
})

await t.test(
  'confidential content that nothing can seal is refused, whatever the transport',
  async t => {
    const reply = await lab.refused({ to: ['eight@good.test'], class: 'confidential' })
    t.match(reply, 'the content itself must be encrypted; seal, not available')
  },
)

await t.test('what its sender has encrypted goes out as it came, also where no TLS is', async t => {
  const box = openToolBox()
  t.teardown(() => box.close())
  const sealed = box.openssl(['cms', '-encrypt', '-aes256', '-crlfeol', 'rsa.pem'], LETTER)
  const [header = '', body = ''] = sealed.toString('latin1').split(/\r?\n\r?\n(.*)/s)
  const letter = {
    to: ['sealed@plain.test', 'sealed@good.test'],
    class: 'confidential',
    headers: `${header.replaceAll(/\r?\n/g, '\r\n')}\r\n`,
    body: body.replaceAll(/\r?\n/g, '\r\n'),
  } as const
  await lab.send(letter)
  for (const recipient of letter.to) t.equal(parts(await lab.arrived(recipient)).body, letter.body)
  t.match((await lab.story('sealed@plain.test')).at(-1), /^sealed: .*sent to mx\.plain\.test/)
  t.match((await lab.story('sealed@good.test')).at(-1), /^qtls: Verified, sent to mx\.good\.test/)
  const readable = { ...letter, body: `${letter.body}\r\nBefund Meier\r\n` }
  t.match(await lab.refused({ ...readable, to: ['sealed@plain.test'] }), /must be encrypted/)
})

await t.test('who waits for a test of the domain leaves when the answer is there', async t => {
  await lab.send({ to: ['nine@new.test'], class: 'high' })
  const waiting = await lab.deferred('nine@new.test', /Waiting until the domain has been tested/)
  t.equal(waiting.dsn, '4.7.1')
  const asked = Date.now()
  await lab.does('domain', 'set', 'new.test', 'qualified', '--reason', 'tested')
  const arrival = await lab.arrived('nine@new.test')
  t.ok(arrival.at.getTime() - asked < 30_000, 'long before Postfix would have tried again')
  t.same(await lab.story('nine@new.test'), [
    'split: deferred 4.7.1',
    'split: sent to re-split',
    'qtls: Verified, sent to mx.new.test',
  ])
})

await t.test('a milter that takes its time leads to one delivery, not to two', async t => {
  lab.daemon.signal('SIGSTOP')
  const sending = lab.send({ to: ['ten@good.test', 'ten@fine.test'] })
  await new Promise(done => setTimeout(done, 3000))
  lab.daemon.signal('SIGCONT')
  await sending
  await lab.arrived('ten@good.test')
  await lab.arrived('ten@fine.test')
  await lab.watch.settled()
  t.equal(lab.arrivals('ten@good.test').length, 1)
  t.equal(lab.arrivals('ten@fine.test').length, 1)
})

await t.test('whether an address exists is asked where it lives', async t => {
  await lab.server('fine.test').become({ refuse: 'recipient', reply: '550 5.1.1 No such user' })
  const talk = await lab.talk(2526)
  await talk.command('EHLO client.home.test')
  await talk.command('MAIL FROM:<anna@home.test>')
  t.match(await talk.command('RCPT TO:<eleven@fine.test>'), /^550 5\.1\.1 .*No such user/)
  t.match(await talk.command('RCPT TO:<eleven@good.test>'), /^250/)
  talk.close()
  await lab.server('fine.test').become('good')
})
