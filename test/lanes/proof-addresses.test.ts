import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'

t.setTimeout(300_000)
await enterNamespace()

/** A user of this machine, whom every Debian has. */
const USER = 'games'
const forwards = await mkdtemp(join(tmpdir(), 'forward-'))
t.teardown(() => rm(forwards, { recursive: true }))
await chmod(forwards, 0o755)
await writeFile(join(forwards, USER), 'forward.one@good.test, forward.two@weak.test\n')

const lab = await LaneLab.start(t, {
  mainCf: {
    virtual_alias_maps: 'texthash:${config_directory}/virtual',
    canonical_maps: 'texthash:${config_directory}/canonical',
    canonical_classes: 'envelope_recipient',
    always_bcc: 'archive@home.test',
    sender_bcc_maps: 'texthash:${config_directory}/sender-bcc',
    recipient_bcc_maps: 'texthash:${config_directory}/recipient-bcc',
    alias_maps: 'texthash:${config_directory}/local-aliases',
    forward_path: `${forwards}/$user`,
  },
  files: {
    virtual: [
      'virtual.good@home.test virtual.one@good.test',
      'virtual.weak@home.test virtual.one@weak.test',
      'moved@good.test moved@weak.test',
      'virtual.both@home.test virtual.two@good.test, virtual.two@weak.test, virtual.two@home.test',
      '',
    ].join('\n'),
    canonical: 'canon.good@home.test canon@good.test\ncanon.weak@home.test canon@weak.test\n',
    'sender-bcc': 'copied@home.test copy.of.sender@weak.test\n',
    'recipient-bcc': 'copied.one@good.test copy.of.recipient@fine.test\n',
    'local-aliases': 'team alias.one@good.test, alias.two@weak.test\nowner-team anna@home.test\n',
  },
})

await t.test('a virtual alias that leads outside is decided for where it leads', async t => {
  await lab.send({ to: ['virtual.good@home.test'], class: 'high' })
  await lab.arrived('virtual.one@good.test')
  t.same(await lab.story('virtual.one@good.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
})

await t.test('and refused there, when nothing can protect it', async t => {
  await lab.send({ to: ['virtual.weak@home.test'], class: 'high' })
  await lab.bounced('virtual.one@weak.test', /5\.7\.1 <virtual\.one@weak\.test>/)
  t.same(lab.arrivals('virtual.one@weak.test'), [])
})

await t.test('an alias for three people is decided for each of them', async t => {
  await lab.send({ to: ['virtual.both@home.test'], class: 'high' })
  await lab.arrived('virtual.two@good.test')
  await lab.arrived('virtual.two@home.test')
  await lab.bounced('virtual.two@weak.test')
  t.same(lab.arrivals('virtual.two@weak.test'), [])
})

await t.test('a canonical address outside is decided for as what it has become', async t => {
  await lab.send({ to: ['canon.good@home.test', 'canon.weak@home.test'], class: 'high' })
  await lab.arrived('canon@good.test')
  await lab.bounced('canon@weak.test')
  t.same(lab.arrivals('canon@weak.test'), [])
})

await t.test('an alias of /etc/aliases that leads outside comes by split', async t => {
  await lab.send({ to: ['team@mail.home.test'], class: 'high' })
  await lab.arrived('alias.one@good.test')
  await lab.bounced('alias.two@weak.test')
  t.same(await lab.story('alias.one@good.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
  t.same(lab.arrivals('alias.two@weak.test'), [])
})

await t.test('so does a .forward file', async t => {
  await lab.send({ to: [`${USER}@mail.home.test`], class: 'high' })
  await lab.arrived('forward.one@good.test')
  await lab.bounced('forward.two@weak.test')
  t.same(lab.arrivals('forward.two@weak.test'), [])
})

await t.test('always_bcc to an archive inside gets its one copy of each message', async t => {
  await lab.send({
    to: ['archived@good.test', 'archived@weak.test'],
    class: 'high',
    subject: 'Archive me',
  })
  await lab.arrived('archived@good.test')
  await lab.watch.settled()
  const copies = lab.arrivals('archive@home.test').map(({ message }) => message.toString('latin1'))
  const ours = copies.filter(
    text => /^Subject: .*Archive me/m.test(text) && /^To: archived@good/m.test(text),
  )
  t.equal(ours.length, 1)
  t.notMatch(ours[0], /^X-Postseal-Lane:/m)
  t.same(new Set(await lab.story('archive@home.test')), new Set(['relay: sent to 127.0.0.10']))
})

await t.test('where Postfix makes copies, nothing is bound before they are made', async t => {
  await lab.send({ to: ['copies@good.test'], class: 'high' })
  await lab.arrived('copies@good.test')
  t.same(await lab.story('copies@good.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
})

await t.test('a copy that goes outside is decided for like any recipient', async t => {
  await lab.send({ from: 'copied@home.test', to: ['copied.one@good.test'], class: 'high' })
  await lab.arrived('copied.one@good.test')
  await lab.arrived('copy.of.recipient@fine.test')
  await lab.bounced('copy.of.sender@weak.test')
  t.same(await lab.story('copy.of.recipient@fine.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.fine.test',
  ])
  t.same(lab.arrivals('copy.of.sender@weak.test'), [])
})

await t.test('mail to a local user of this machine that stays here meets no lane', async t => {
  await lab.send({ to: ['root@mail.home.test'], class: 'high' })
  const { service, to } = await lab.watch.delivery('root@mail.home.test', 'sent')
  t.same([service, to], ['local', 'local'])
})

await t.test('an address outside that is made another is decided for what it becomes', async t => {
  // Copies alone would keep the message from being bound at once.
  const copies = ['always_bcc', 'sender_bcc_maps', 'recipient_bcc_maps']
  await lab.postfix.postconf(['-e', ...copies.map(name => `${name} =`)])
  await lab.postfix.postfix(['reload'])
  // Until the daemon has looked again, it goes by what was set before.
  await sleep(5000)
  const sent = async (): Promise<boolean> =>
    lab.send({ from: 'mover@home.test', to: ['moved@good.test'] }).then(
      () => true,
      () => false,
    )
  // Until two looks at the settings agree, mail is deferred.
  for (let tries = 0; !(await sent()); tries++) {
    if (tries > 30) throw new Error('the lanes do not come into force')
    await sleep(500)
  }
  await lab.bounced('moved@weak.test', /5\.7\.1 <moved@weak\.test>/)
  t.same(await lab.story('moved@weak.test'), ['split: bounced 5.7.1'])
  t.same([...lab.arrivals('moved@weak.test'), ...lab.arrivals('moved@good.test')], [])
})
