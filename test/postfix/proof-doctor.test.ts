import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startDnsServer } from '../../sandbox/dns-server.js'
import { enterNamespace } from '../../sandbox/namespace.js'
import { createMilterServer, replies } from '../../src/milter/index.js'
import { runChecks, type CheckResult, type Problem } from '../../src/postfix/doctor/check.js'
import { CHECKS } from '../../src/postfix/doctor/checks.js'
import { examine } from '../../src/postfix/doctor/examine.js'
import type { DoctorFacts } from '../../src/postfix/doctor/facts.js'
import { applyEdits, repairOf } from '../../src/postfix/doctor/fix.js'
import { withLines } from '../../src/postfix/doctor/locate.js'
import { probeLanes } from '../../src/postfix/doctor/probe/probe.js'
import { NOW, apply, setupInstance, type SetupInstance } from '../support/setup-instance.js'

await enterNamespace()
t.setTimeout(240_000)

const SETTINGS = `internal_domains = ["setup.sandbox.test", "localhost.sandbox.test", "localhost"]
maps.map_type = "hash"
`

/** What a careful administrator has beside the lanes. */
const MAIN = `enable_long_queue_ids = yes
smtp_tls_security_level = may
smtp_host_lookup = dns
`

/** An instance with the lanes, running, a milter that takes everything, and a name server. */
async function running(t: Test): Promise<SetupInstance> {
  const dns = await startDnsServer({ names: { org: { secure: true }, 'bad.test': {} } })
  t.teardown(() => dns.close())
  const instance = await setupInstance(t, SETTINGS)
  await instance.addMain(MAIN)
  await apply(instance)
  const server = createMilterServer({ handlers: { message: () => replies.accept } })
  const path = join(instance.queueDirectory, 'postseal', 'milter.sock')
  await server.listen({ path, mode: 0o666 })
  t.teardown(() => server.close({ deadlineMs: 0 }))
  await instance.start()
  return instance
}

async function examined({ config, run, smtpPort, logFile }: SetupInstance): Promise<{
  readonly facts: DoctorFacts
  readonly results: readonly CheckResult[]
}> {
  const facts = await examine({
    config: { ...config, notices: { ...config.notices, smtp: `127.0.0.1:${smtpPort}` } },
    run,
    store: {
      seen: true,
      value: {
        revision: 1,
        levelsChangedAt: undefined,
        levels: 1,
        expired: 0,
        followedAt: Date.now(),
        waiting: 0,
        sampleDomains: ['partner.test'],
      },
    },
    maps: { seen: true, value: [] },
    logFile: { seen: true, value: logFile },
    names: { signed: 'org.', bogus: undefined },
    now: Date.now(),
  })
  return { facts, results: withLines(runChecks(CHECKS, facts), facts) }
}

const problemsIn = (results: readonly CheckResult[]): readonly string[] =>
  results.flatMap(({ check, problems }) =>
    problems
      .filter(({ severity }) => severity !== 'ok')
      .map(({ severity, message }) => `${severity} ${check}: ${message}`),
  )

/** Where a problem stands, without the directory. */
const places = (problem: Problem | undefined): readonly string[] =>
  (problem?.evidence ?? []).map(
    ({ file = '', line, service, parameter }) =>
      `${file.replace(/^.*\//, '')}:${line} ${service ?? ''} ${parameter ?? ''}`,
  )

const instance = await running(t)
const { config, run } = instance

await t.test('what setup leaves is in order', async t => {
  const { facts, results } = await examined(instance)
  t.strictSame(problemsIn(results), [])
  t.match(facts.live.milter, { seen: true, value: 'version 6' })
})

await t.test('a probe goes through every lane, and no other mail is near', async t => {
  const { facts } = await examined(instance)
  const before = await leftovers()
  const results = await probeLanes(facts, new AbortController().signal)
  t.strictSame(
    results.map(({ check, severity, message }) => `${severity} ${check}: ${message}`),
    [
      'ok probe-split-plain: Lane split delivers to a server without TLS.',
      'ok probe-split-tls: Lane split delivers to a server whose certificate proves nothing.',
      'ok probe-qtls-plain: Lane qtls does not deliver to a server without TLS, and hands the message back.',
      'ok probe-qtls-tls: Lane qtls does not deliver to a server whose certificate proves nothing, and hands the message back.',
      'ok probe-tls-plain: Lane tls does not deliver to a server without TLS, and hands the message back.',
      'ok probe-tls-tls: Lane tls delivers to a server whose certificate proves nothing.',
      'ok probe-sealed-plain: Lane sealed delivers to a server without TLS.',
      'ok probe-sealed-tls: Lane sealed delivers to a server whose certificate proves nothing.',
    ],
  )
  const linesOf = (check: string): string =>
    results.find(result => result.check === check)?.lines.join('\n') ?? ''
  t.match(linesOf('probe-qtls-tls'), /postfix\/qtls\/smtp.*Server certificate not verified/)
  t.match(linesOf('probe-qtls-plain'), /TLS is required, but was not offered/)
  t.match(linesOf('probe-tls-tls'), /Untrusted TLS connection established.*\n.*status=sent/)
  t.notMatch(await readFile(instance.logFile, 'utf8'), /postseal-probe/, 'not in the real log')
  t.strictSame(await leftovers(), before, 'nothing is left behind')

  await t.rejects(probeLanes(facts, AbortSignal.abort()), { name: 'AbortError' })
  t.strictSame(await leftovers(), before, 'nothing is left behind by one that is broken off')
})

await t.test('what is broken is found, by checks and by a probe', async t => {
  const patterns = join(instance.configDirectory, 'transport.re')
  await writeFile(patterns, '/@(setup\\.sandbox\\.test|partner\\.example)$/ smtp:\n')
  await instance.addMain('default_transport = smtp\nrelayhost = [192.0.2.1]\n')
  await instance.addMain(`transport_maps = regexp:${patterns}\n`)
  for (const option of [
    'tls/unix/smtp_tls_mandatory_ciphers=medium',
    'qtls/unix/smtp_tls_security_level=may',
    'tls/unix/smtp_header_checks=',
    'pickup/unix/content_filter=smtp:',
  ]) {
    t.equal((await run('postconf', ['-P', option])).code, 0, option)
  }
  const { facts, results } = await examined(instance)
  const unread = (name: string): string =>
    `unknown settings-read: Postfix has not read ${join(instance.configDirectory, name)} since it was changed: what it does may be otherwise.`
  t.strictSame(problemsIn(results), [
    unread('main.cf'),
    unread('master.cf'),
    'fail default-transport: External mail leaves by smtp without a decision.',
    'warn relayhost: A relay host is set, and the lanes do not use it: they deliver to each domain itself.',
    'fail transport-table: A transport entry for domains that are not internal leads past the lane split.',
    'fail filter-ways: What comes by pickup/unix leaves by content_filter (smtp:), past the lane split.',
    'fail lane-header-stripped: tls/unix does not remove the lane header.',
    'fail lane-levels: Lane qtls has the TLS level may.',
    'fail lane-protocols: Lane tls may use suites below grade high.',
    'warn setup: 3 entries and files are not as setup writes them.',
  ])
  const lines = (await instance.mainCf()).split('\n').length
  const transport = results.find(({ check }) => check === 'default-transport')
  t.strictSame(places(transport?.problems[0]), [`main.cf:${lines - 3}  default_transport`])

  const tried = await probeLanes(facts, new AbortController().signal)
  t.strictSame(
    tried.filter(({ severity }) => severity !== 'ok').map(({ check, message }) => [check, message]),
    [
      ['probe-qtls-plain', 'Lane qtls delivered to a server without TLS.'],
      ['probe-qtls-tls', 'Lane qtls delivered to a server whose certificate proves nothing.'],
      ['probe-tls-tls', 'Lane tls lets its header out.'],
    ],
  )
})

await t.test('nothing is repaired when Postfix does not see it', async t => {
  const before = [await instance.mainCf(), await instance.masterCf()]
  const edits = [{ parameter: 'soft_bounce', value: 'no\n# and more' }]
  await t.rejects(applyEdits(edits, { config, run, now: NOW }), { code: 'ERR_POSTFIX_SETUP' })
  t.strictSame([await instance.mainCf(), await instance.masterCf()], before, 'as it was')
  const absent = [{ service: 'absent/unix', parameter: 'x', value: 'y' }]
  await t.rejects(applyEdits(absent, { config, run, now: NOW }), {
    code: 'ERR_POSTFIX_REFUSED',
    message: /there is no service absent\/unix/,
  })
})

await t.test('what settings can repair is repaired, after a backup', async t => {
  const names = ['default-transport', 'lane-levels', 'lane-protocols', 'relayhost']
  const repair = repairOf((await examined(instance)).results, names)
  t.equal(repair.setup, false)
  t.equal(repair.left.length, 1, 'no setting repairs a relay host')
  const { backup, reloaded } = await applyEdits(repair.edits, { config, run, now: NOW })
  t.equal(reloaded, true, 'Postfix has read it')
  t.match(await readFile(join(backup, 'main.cf'), 'utf8'), /^default_transport = smtp$/m)
  t.strictSame((await readdir(backup)).sort(), ['before.json', 'main.cf', 'master.cf'])
  t.strictSame(problemsIn((await examined(instance)).results), [
    'warn relayhost: A relay host is set, and the lanes do not use it: they deliver to each domain itself.',
    'fail transport-table: A transport entry for domains that are not internal leads past the lane split.',
    'fail filter-ways: What comes by pickup/unix leaves by content_filter (smtp:), past the lane split.',
    'fail lane-header-stripped: tls/unix does not remove the lane header.',
    'warn setup: 1 entries and files are not as setup writes them.',
  ])
})

async function leftovers(): Promise<readonly string[]> {
  return (await readdir('/tmp')).filter(name => name.startsWith('postseal-probe-')).sort()
}
