import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAuthority } from '../../../sandbox/certificates.js'
import { startDnsServer } from '../../../sandbox/dns-server.js'
import { command } from '../../../src/cli/commands/probe.js'
import { mailServer } from '../../support/qtls-probe.js'
import { storeBench } from '../../support/store-commands.js'

const directory = await mkdtemp(join(tmpdir(), 'probe-'))
t.teardown(() => rm(directory, { recursive: true }))
const authority = await createAuthority(directory)
const certificate = await authority.issue('mx.good.test')

/** A domain protected by DANE, one without TLS, and one whose servers nobody vouches for. */
async function lab(t: Test) {
  const good = await mailServer(t, { tls: { ...certificate } })
  const { port } = good
  await mailServer(t, { port, address: '127.0.0.2' })
  const spki = new X509Certificate(certificate.cert).publicKey.export({
    type: 'spki',
    format: 'der',
  })
  const tlsa = {
    usage: 3,
    selector: 1,
    matchingType: 1,
    certificate: createHash('sha256').update(spki).digest(),
  }
  const secure = true
  const dns = await startDnsServer({
    port: 0,
    names: {
      'good.test': { mx: ['10 mx.good.test'], secure },
      'mx.good.test': { a: ['127.0.0.1'], secure },
      [`_${port}._tcp.mx.good.test`]: { tlsa: [tlsa], secure },
      'plain.test': { mx: ['10 mx.plain.test'], secure },
      'mx.plain.test': { a: ['127.0.0.2'], secure },
      'null.test': { mx: ['0 .'], secure },
    },
  })
  t.teardown(() => dns.close())
  const bench = storeBench(t, command)
  const common = ['--resolver', `127.0.0.1:${dns.port}`, '--ca-file', authority.file]
  const ways = [...common, '--port', String(port), '--allow-net', '127.0.0.0/8']
  const json = (out: string): unknown[] =>
    out
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as unknown)
  return {
    bench,
    good,
    probe: (...args: string[]) => bench.run('probe', ...ways, ...args),
    json,
    byDomain: (out: string) =>
      new Map(json(out).map(one => [(one as { domain: string }).domain, one])),
  }
}

await t.test('a domain gets its level, the reasons and what they rest on', async t => {
  const { probe, byDomain } = await lab(t)
  const { exit, out, err } = await probe(
    '--json',
    '--no-store',
    'Good.test',
    'plain.test',
    'null.test',
  )
  t.same([exit, err], [0, ''])
  const found = byDomain(out)
  t.same([...found.keys()].sort(), ['good.test', 'null.test', 'plain.test'])
  t.match(found.get('good.test'), {
    domain: 'good.test',
    level: 'qualified',
    reasons: [],
    match: ['mx.good.test'],
    dane: true,
    until: /^2\d{3}-\d\d-\d\dT[\d:.]+Z$/,
    hosts: [
      {
        host: 'mx.good.test',
        level: 'qualified',
        connections: [{ ip: '127.0.0.1', end: 'tls', session: { protocol: 'TLSv1.3' } }],
      },
    ],
  })
  t.match(found.get('plain.test'), {
    level: 'none',
    reasons: [{ code: 'no_starttls', severity: 'fail' }],
  })
  t.match(found.get('null.test'), { level: 'none', reasons: [{ code: 'null_mx' }] })
})

await t.test('a bad name is an object with an error, and the rest goes on', async t => {
  const { probe, json } = await lab(t)
  const { exit, out } = await probe('--json', '--no-store', 'no..name', 'null.test')
  t.equal(exit, 65)
  t.match(json(out), [{ domain: 'no..name', error: 'this is no domain' }, { domain: 'null.test' }])
})

await t.test('people get a report on one domain, and lines on several', async t => {
  const { probe } = await lab(t)
  const html = join(directory, 'report.html')
  const { out } = await probe('plain.test', '--html', html)
  t.match(out, /^Protection of mail to plain\.test on its way/)
  t.match(out, /\[fail\] no_starttls \(mx\.plain\.test/)
  t.match(await readFile(html, 'utf8'), /<code>no_starttls<\/code>/)
  const lines = await probe('plain.test', 'null.test')
  t.match(
    lines.out,
    /plain\.test {2}none, until .*, by bsi-compatible \(\S.*\)\n {4}fail no_starttls {2}mx\.plain\.test 127\.0\.0\.2/,
  )
  t.equal((await probe('a.test', 'b.test', '--html', html)).exit, 64)
})

await t.test('a deep look says what else a server supports', async t => {
  const { probe, json } = await lab(t)
  const { out } = await probe('--json', '--no-store', '--deep', 'good.test')
  t.match(json(out), [
    { hosts: [{ connections: [{ audit: { isDeep: true, suites: { 'TLSv1.3': [/./] } } }] }] },
  ])
})

await t.test('what was found is kept, and a run goes on where it was ended', async t => {
  const { bench, probe, good, byDomain } = await lab(t)
  const file = join(directory, 'list.txt')
  await writeFile(file, '# partners\ngood.test, a clinic\n\nplain.test\n')
  t.equal((await probe('good.test')).exit, 0)
  t.equal(good.connections(), 1)
  const { out } = await probe('--json', '--file', file, '--resume')
  t.same([...byDomain(out).keys()], ['plain.test'])
  t.equal(good.connections(), 1)
  await bench.prepare(async store => {
    const verdict = await store.domains.verdictOf('good.test')
    t.match(verdict, { level: 'qualified', match: ['mx.good.test'], dane: true })
    const level = await store.levels('*', ['good.test'])
    t.match(level.get('good.test'), { level: 'qualified' })
  })
  t.equal((await probe('--json', '--due')).out, '', 'none is due')
  await bench.prepare(async store => {
    await store.domains.takeNamed({ domains: ['null.test'], owner: 'x', leaseMs: 3_600_000 })
  })
  t.same(
    [...byDomain((await probe('--json', '--known')).out).keys()].sort(),
    ['good.test', 'null.test', 'plain.test'],
    'also one that is not due and has no verdict',
  )
})

await t.test('a run that a signal ends holds nothing back from the one that goes on', async t => {
  const { probe, good, byDomain } = await lab(t)
  const all = ['good.test', 'null.test', 'plain.test']
  const args = ['--json', '--resume', '--concurrency', '1', ...all]
  const running = probe(...args)
  while (good.connections() === 0) await new Promise(setImmediate)
  process.emit('SIGTERM')
  const ended = await running
  t.equal(ended.exit, 75)
  t.match(ended.err, /Ended before all were done/)
  const before = [...byDomain(ended.out).keys()]
  t.notOk(before.includes('plain.test'), 'it was not reached')
  const { exit, err, out } = await probe(...args)
  t.same([exit, err], [0, ''])
  const after = [...byDomain(out).keys()]
  t.ok(after.length > 0)
  t.same([...before, ...after].sort(), all, 'each of them once')
})

await t.test('a run that goes on names the domains that another process is at', async t => {
  const { bench, probe, json } = await lab(t)
  await bench.prepare(async store => {
    await store.domains.takeNamed({ domains: ['null.test'], owner: 'x', leaseMs: 3_600_000 })
  })
  const { exit, out, err } = await probe('--json', '--resume', 'null.test', 'plain.test')
  t.match(json(out), [
    { domain: 'null.test', error: 'another process is at it' },
    { domain: 'plain.test', level: 'none' },
  ])
  t.match(err, /Left out: 1,/)
  t.equal(exit, 75)
})

await t.test('a stricter profile is a name or a file', async t => {
  const { probe, json } = await lab(t)
  const { out } = await probe('--json', '--no-store', '--profile', 'bsi-2026', 'good.test')
  t.match(json(out), [{ profile: 'bsi-2026' }])
  t.equal((await probe('--no-store', '--profile', 'nonsense', 'good.test')).exit, 78)
})

await t.test('what cannot be meant is a mistake of usage', async t => {
  const { bench } = await lab(t)
  const wrong: string[][] = [
    [],
    ['--no-store', '--due'],
    ['--deep', '--due'],
    ['--deep', '--due', '--watch'],
    ['--deep', '--known'],
    ['--deep', '--watch', 'a.test'],
    ['--resolver', 'dns.example', 'a.test'],
    ['--allow-net', 'everything', 'a.test'],
    ['--port', '0', 'a.test'],
    ['--file', '/nonexistent/list'],
  ]
  for (const args of wrong) t.equal((await bench.run('probe', ...args)).exit, 64, args.join(' '))
  const { err } = await bench.run('probe', '--due', '--deep')
  t.match(err, /--deep is for domains that are named/)
})

await t.test('a resolver of the settings that does not validate ends the command', async t => {
  const { bench } = await lab(t)
  const { exit, err } = await bench.run('probe', '--no-store', 'a.test')
  t.equal(exit, 75)
  t.match(err, /the resolver 127\.0\.0\.1 cannot be believed/)
})

await t.test('verdicts are made anew from the facts on record, without any network', async t => {
  const { bench, probe, json } = await lab(t)
  await probe('good.test', 'plain.test')
  t.match(await bench.run('probe', '--recompute', '--json'), {
    out: '',
    err: /2 verdicts made anew by bsi-compatible, 0 have changed/,
    exit: 0,
  })
  bench.settings('[prober]\nbindings = []\n')
  const { out, err } = await bench.run('probe', '--recompute', '--json')
  t.same(json(out), [
    { domain: 'good.test', before: 'qualified', level: 'mandatory', profile: 'bsi-compatible' },
    { domain: 'plain.test', before: 'none', level: 'none', profile: 'bsi-compatible' },
  ])
  t.match(err, /2 have changed/, 'one of them in its reasons alone')
  t.match(await bench.run('probe', '--recompute', '--profile', 'bsi-2026'), { exit: 0 })
  t.equal((await bench.run('probe', '--recompute', 'good.test')).exit, 64)
})
