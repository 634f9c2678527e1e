import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { startContentFilter, startMailStore } from '../support/lane-inside.js'
import { LaneLab } from '../support/lane-lab.js'
import { fields, parts } from '../support/lane-text.js'

t.setTimeout(400_000)
await enterNamespace()

const scripts = await mkdtemp(join(tmpdir(), 'scripts-'))
t.teardown(() => rm(scripts, { recursive: true }))
await chmod(scripts, 0o777)
await writeFile(join(scripts, 'take'), `cat > "${scripts}/$1"\n`)

const filter = await startContentFilter(t, 10125, 10126)
const mailboxes = await startMailStore(t, 2424)
const lab = await LaneLab.start(t, {
  mainCf: {
    content_filter: 'scan:[127.0.0.1]:10125',
    relay_domains: 'home.test, boxes.home.test, script.home.test',
    transport_maps: 'texthash:${config_directory}/transport, texthash:${config_directory}/inside',
    parent_domain_matches_subdomains: 'smtpd_access_maps',
    // Somebody thinks that headers of that kind are nobody's business.
    smtp_header_checks: 'regexp:${config_directory}/their-checks',
  },
  files: {
    inside: 'boxes.home.test lmtp:[127.0.0.1]:2424\nscript.home.test script:\n',
    'their-checks': '/^X-Postseal-Reference:/ IGNORE\n/^X-Inside:/ IGNORE\n',
  },
  masterExtra: [
    'scan unix - - n - 10 smtp -o syslog_name=postfix/scan',
    '  -o smtp_send_xforward_command=no -o disable_mime_output_conversion=yes',
    '  -o smtp_header_checks=',
    '127.0.0.1:10126 inet n - n - 10 smtpd',
    '  -o content_filter= -o smtpd_milters= -o receive_override_options=no_unknown_recipient_checks',
    '  -o smtpd_recipient_restrictions=permit_mynetworks,reject',
    'script unix - n n - - pipe',
    `  flags=Rq user=nobody argv=/bin/sh ${join(scripts, 'take')} \${recipient}`,
  ].join('\n'),
})

await t.test(
  'what goes outside has passed the content filter, and is decided after it',
  async t => {
    await lab.send({ to: ['one@good.test'], class: 'high' })
    const arrival = await lab.arrived('one@good.test')
    t.same(fields(arrival, 'X-Scanned'), ['yes'])
    t.same(await lab.story('one@good.test'), [
      'scan: sent to 127.0.0.1',
      'split: sent to re-split',
      'qtls: Verified, sent to mx.good.test',
    ])
  },
)

await t.test('the content filter sees a message once, whatever becomes of it', async t => {
  await lab.send({
    from: 'two@home.test',
    to: ['two@good.test', 'two@weak.test', 'two@home.test'],
    class: 'high',
  })
  await lab.arrived('two@good.test')
  await lab.arrived('two@home.test')
  await lab.bounced('two@weak.test')
  const seen = filter.arrivals.filter(({ recipients }) => recipients.includes('two@weak.test'))
  t.equal(seen.length, 1)
  t.same(lab.arrivals('two@weak.test'), [])
})

await t.test('who has logged in is still known after the content filter', async t => {
  const { messageId } = await lab.send({ to: ['three@good.test'], user: 'anna' })
  await lab.arrived('three@good.test')
  const passes = (await lab.does('show', messageId, '--json')).trim()
  t.match(passes, /"authUser":"anna"[^]*"authUser":"anna"/)
})

await t.test('mailboxes behind LMTP get their mail by their own transport', async t => {
  await lab.send({ to: ['four@boxes.home.test', 'four@good.test'], class: 'high' })
  await lab.arrived('four@good.test')
  t.same(await lab.story('four@boxes.home.test'), [
    'scan: sent to 127.0.0.1',
    'lmtp: sent to 127.0.0.1',
  ])
  t.equal(mailboxes.messages.length, 1)
  t.notMatch(mailboxes.messages[0], /^X-Postseal-Lane:/m)
})

await t.test('so does a script behind pipe(8)', async t => {
  await lab.send({ to: ['five@script.home.test'], class: 'high' })
  await lab.watch.delivery('five@script.home.test', 'sent', /delivered via script/)
  const got = await readFile(join(scripts, 'five@script.home.test'), 'latin1')
  t.match(got, 'Good morning.')
  t.notMatch(got, /^X-Postseal-Lane:/m)
})

await t.test('checks of the administrator go on beside ours', async t => {
  await lab.send({ to: ['six@good.test'], headers: 'X-Inside: host 10.1.2.3\r\n' })
  t.notMatch(parts(await lab.arrived('six@good.test')).header, 'X-Inside')
})

await t.test(
  'a reference that was stripped on the way leads to an alarm, not to a loop',
  async t => {
    await lab.send({ to: ['seven@wrongname.test'], class: 'high' })
    await lab.deferred('seven@wrongname.test', /Mail protection is not available/)
    await lab.logged({
      level: 'error',
      event: 'a lane handed over a message that it was never given',
    })
    t.same((await lab.story('seven@wrongname.test')).slice(-1), [
      'qtls: not verified, deferred 4.7.1',
    ])
    t.same(lab.arrivals('seven@wrongname.test'), [])
  },
)

await t.test(
  'an inside domain that Postfix sends outside leads to an alarm, not to a loop',
  async t => {
    await lab.send({ to: ['eight@forgotten.home.test'], class: 'high' })
    await lab.deferred('eight@forgotten.home.test', /Mail protection is not available/)
    const { reason } = await lab.logged({ level: 'error', event: /not wired as they should be/ })
    t.equal(reason, 'an internal recipient came by the split lane')
    t.same((await lab.story('eight@forgotten.home.test')).slice(-1), ['split: deferred 4.7.1'])
  },
)

await t.test(
  'a second instance on the machine has lanes, decisions and waits of its own',
  async t => {
    const second = await LaneLab.start(t, { beside: lab })
    await second.send({ to: ['nine@wrongname.test', 'nine@new.test'] })
    await second.arrived('nine@wrongname.test')
    await second.deferred('nine@new.test', /Waiting until/)
    t.same(await second.story('nine@wrongname.test'), [
      'split: sent to re-split',
      'qtls: not verified, sent to re-qtls',
      'tls: Trusted, sent to mx.wrongname.test',
    ])
    t.same(await lab.watch.deliveriesTo('nine@wrongname.test'), [])
    await second.does('domain', 'set', 'new.test', 'qualified', '--reason', 'tested')
    await second.arrived('nine@new.test')
    t.match(await lab.does('domain', 'list'), /^(?!.*new\.test)/s)
    const main = await readFile(join(second.postfix.configDirectory, 'main.cf'), 'utf8')
    t.match(main, /^default_transport = split:\[127\.0\.0\.1\]:10036$/m)
  },
)
