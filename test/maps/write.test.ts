import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { withLock } from '../../src/maps/lock.js'
import { mapOptions, NO_LEVELS } from '../../src/maps/options.js'
import { compareMaps, ensureMaps, writeMaps, type MapOptions } from '../../src/maps/write.js'
import { parseMapTypes } from '../../src/postfix/instance.js'
import { postfixRunner, type RunPostfix } from '../../src/postfix/run.js'
import type { LevelEntry } from '../../src/store/admin.js'
import { level, levelSource } from '../support/maps-levels.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const LEVELS = [level('a.example', 'qualified'), level('b.example', 'mandatory')]

interface Bench {
  readonly directory: string
  readonly run: RunPostfix
  readonly options: (levels: readonly LevelEntry[], more?: Partial<MapOptions>) => MapOptions
  readonly query: (map: string, key: string) => Promise<string>
}

/** A directory for maps, and the real postmap with a main.cf of the test's own. */
async function bench(t: Test): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(() => rm(root, { recursive: true }))
  await writeFile(join(root, 'main.cf'), 'compatibility_level = 3.6\n')
  const run = postfixRunner({ config_directory: root, command_directory: '/usr/sbin' })
  const directory = join(root, 'maps')
  return {
    directory,
    run,
    options: (levels, more = {}) => ({
      levels: levelSource(levels, NOW),
      now: NOW,
      pin: 'names',
      maxDrop: 20,
      directory,
      run,
      mapType: 'hash',
      profile: 'bsi-compatible',
      rules: 'rules',
      fallbacks: { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' },
      ...more,
    }),
    query: async (map, key) =>
      (await run('postmap', ['-q', key, `hash:${join(directory, map)}`])).stdout.trim(),
  }
}

await t.test('maps and their compiled form are there at once, and only those', async t => {
  const { directory, options, query } = await bench(t)
  const result = await writeMaps(options(LEVELS))
  t.same(
    result.changes.map(({ name, entries }) => [name, entries]),
    [
      ['transport', 1],
      ['tls_policy', 3],
      ['qtls_policy', 2],
    ],
  )
  t.same((await readdir(directory)).sort(), [
    '.lock',
    'qtls_policy',
    'qtls_policy.db',
    'tls_policy',
    'tls_policy.db',
    'transport',
    'transport.db',
  ])
  t.equal(
    await query('qtls_policy', 'a.example'),
    'secure match=nexthop:dot-nexthop ciphers=high protocols=>=TLSv1.2',
  )
  t.equal(await query('qtls_policy', '[127.0.0.1]:10027'), 'none')
  t.equal(await query('tls_policy', 'b.example'), 'encrypt ciphers=high protocols=>=TLSv1.2')
  t.equal(await query('transport', 'a.example'), 'qtls:')
  t.equal((await stat(join(directory, 'qtls_policy.db'))).mode & 0o777, 0o644)
  t.equal((await stat(directory)).mode & 0o777, 0o755)
})

await t.test('nothing is written when only the time is new', async t => {
  const { directory, options } = await bench(t)
  await writeMaps(options(LEVELS))
  const before = new Date(1000)
  for (const name of await readdir(directory)) await utimes(join(directory, name), before, before)
  const again = await writeMaps(options(LEVELS, { now: NOW + 60_000 }))
  t.same(again.changes, [])
  for (const name of await readdir(directory))
    t.equal((await stat(join(directory, name))).mtimeMs, 1000, name)
})

await t.test('a comparison says what would change and changes nothing', async t => {
  const { directory, options } = await bench(t)
  await writeMaps(options(LEVELS))
  const text = await readFile(join(directory, 'tls_policy'), 'utf8')
  const changed = [level('a.example', 'qualified', { dane: true }), level('c.example', 'mandatory')]
  const { changes } = await compareMaps(options(changed))
  t.match(changes, [
    { name: 'tls_policy', added: ['c.example'], removed: ['b.example'], changed: [] },
    { name: 'qtls_policy', added: [], removed: [], changed: ['a.example'] },
  ])
  t.equal(await readFile(join(directory, 'tls_policy'), 'utf8'), text)
})

await t.test('a compiled form that is missing, and a profile that is new', async t => {
  const { directory, options } = await bench(t)
  await writeMaps(options(LEVELS))
  await rm(join(directory, 'transport.db'))
  const { changes } = await writeMaps(options(LEVELS))
  t.match(changes, [{ name: 'transport', uncompiled: true, added: [] }])
  t.ok(await stat(join(directory, 'transport.db')))
  const other = await compareMaps(options(LEVELS, { profile: 'bsi-2026' }))
  t.equal(other.changes.length, 3)
})

await t.test('lanes can start before there is a level, and keep what there is', async t => {
  const { directory, options, query } = await bench(t)
  await ensureMaps(options([]))
  t.equal((await readdir(directory)).length, 6)
  t.equal(await query('tls_policy', '[127.0.0.1]:10028'), 'none')
  await writeMaps(options(LEVELS))
  await rm(join(directory, 'qtls_policy.db'))
  await ensureMaps(options([]))
  t.match(
    await query('qtls_policy', 'a.example'),
    /^secure/,
    'compiled from the text that is there',
  )
})

await t.test(
  'when too many domains would go at once, nothing is written unless forced',
  async t => {
    const { directory, options } = await bench(t)
    const many = Array.from({ length: 40 }, (_, n) => level(`d${100 + n}.example`, 'qualified'))
    const texthash = { mapType: 'texthash' } as const
    await writeMaps(options(many, texthash))
    const text = await readFile(join(directory, 'qtls_policy'), 'utf8')
    const fewer = many.slice(9)
    await t.rejects(writeMaps(options(fewer, texthash)), {
      code: 'ERR_MAPS_DROP',
      message: /^9 of 40 qualified domains would lose their entries in .*more than 20 percent/,
      temporary: true,
    })
    t.equal(await readFile(join(directory, 'qtls_policy'), 'utf8'), text)
    const { changes } = await compareMaps(options(fewer, texthash))
    t.match(changes[2], { name: 'qtls_policy', counts: { removed: 9 }, removed: ['d100.example'] })
    await writeMaps(options(many.slice(8), texthash))
    await writeMaps(options([], { ...texthash, maxDrop: 100 }))
    t.notMatch(await readFile(join(directory, 'qtls_policy'), 'utf8'), 'd1')
    await writeMaps(options(many.slice(0, 5), texthash))
    await t.resolves(writeMaps(options([], texthash)), 'five may always go')
  },
)

await t.test('whatever lies there is no reason to fail, and is replaced', async t => {
  const { directory, options } = await bench(t)
  const texthash = { mapType: 'texthash' } as const
  await writeMaps(options(LEVELS, texthash))
  const good = await readFile(join(directory, 'tls_policy'), 'utf8')
  const junk = [
    '',
    '\0'.repeat(200_000),
    'z y\na b\n',
    `${'x'.repeat(300_000)} y\n`,
    good.slice(0, -9),
  ]
  for (const text of junk) {
    await writeFile(join(directory, 'tls_policy'), text)
    const { changes } = await writeMaps(options(LEVELS, texthash))
    t.same(
      changes.map(({ name }) => name),
      ['tls_policy'],
    )
    t.equal(await readFile(join(directory, 'tls_policy'), 'utf8'), good)
  }
})

await t.test('cdb and lmdb answer as the text says, and again after a change', async t => {
  const { directory, options, run } = await bench(t)
  const types = parseMapTypes((await run('postconf', ['-m'])).stdout)
  t.ok(types.has('hash'))
  for (const mapType of ['cdb', 'lmdb'] as const) {
    if (!types.has(mapType)) {
      t.comment(`this Postfix has no ${mapType}: not tried`)
      continue
    }
    const ask = async (key: string) =>
      (
        await run('postmap', ['-q', key, `${mapType}:${join(directory, 'tls_policy')}`])
      ).stdout.trim()
    await rm(directory, { recursive: true, force: true })
    await writeMaps(options(LEVELS, { mapType }))
    t.match(await ask('b.example'), /^encrypt /, mapType)
    await writeMaps(options([level('c.example', 'mandatory')], { mapType }))
    t.equal(await ask('b.example'), '', mapType)
    t.match(await ask('c.example'), /^encrypt /, mapType)
  }
})

await t.test('keys that are no domains stand where their names belong', async t => {
  const { directory, options } = await bench(t)
  const hop = { nextHop: '[mx.p.example]:25', match: ['mx.p.example'] }
  const levels = [
    level('0.example', 'qualified'),
    level('[192.0.2.1]', 'qualified', { match: ['mx.p.example'] }),
    level('p.example', 'qualified', hop),
    level('.below.example', 'qualified'),
  ]
  await writeMaps(options(levels, { mapType: 'texthash' }))
  const text = await readFile(join(directory, 'qtls_policy'), 'utf8')
  const keys = text
    .split('\n')
    .slice(2, -1)
    .map(line => line.split(' ')[0])
  t.same(keys, [
    '.below.example',
    '0.example',
    '[127.0.0.1]:10027',
    '[192.0.2.1]',
    '[mx.p.example]:25',
    'p.example',
  ])
})

await t.test('maps that another process is writing are left to it', async t => {
  const { directory, options } = await bench(t)
  await mkdir(directory)
  await withLock(directory, 0, async () => {
    const busy = writeMaps(options(LEVELS, { mapType: 'texthash', waitMs: 0 }))
    await t.rejects(busy, { code: 'ERR_MAPS_LOCKED' })
  })
  t.same(await readdir(directory), ['.lock'])
})

await t.test('texthash has no compiled form and needs no postmap', async t => {
  const { directory, options } = await bench(t)
  const run: RunPostfix = async () => t.fail('no command is run') as never
  await writeMaps(options(LEVELS, { mapType: 'texthash', run }))
  t.same((await readdir(directory)).sort(), ['.lock', 'qtls_policy', 'tls_policy', 'transport'])
  t.same((await writeMaps(options(LEVELS, { mapType: 'texthash', run }))).changes, [])
})

await t.test('a map that postmap refuses leaves the old one in force', async t => {
  const { directory, options, query } = await bench(t)
  await writeMaps(options(LEVELS))
  const run: RunPostfix = async () => ({ code: 1, stdout: '', stderr: 'postmap: fatal: disk full' })
  await t.rejects(writeMaps(options([], { run })), {
    code: 'ERR_POSTFIX_REFUSED',
    message: /postmap: fatal: disk full/,
  })
  t.equal(await query('transport', 'a.example'), 'qtls:')
  t.notOk(
    (await readdir(directory)).some(name => name.startsWith('.new')),
    'nothing half done stays',
  )
})

await t.test('a directory that cannot be written', async t => {
  const { directory, options } = await bench(t)
  await writeFile(directory, 'a file')
  await t.rejects(writeMaps(options(LEVELS)), {
    code: 'ERR_MAPS_WRITE',
    message: /cannot be written/,
  })
})

await t.test('a hundred thousand domains are written within seconds', async t => {
  const { options, query } = await bench(t)
  const levels = Array.from({ length: 100_000 }, (_, number) =>
    level(`d${number}.example`, 'qualified', { match: [`mx.d${number}.example`] }),
  )
  const started = performance.now()
  const { changes } = await writeMaps(options(levels))
  const tookMs = performance.now() - started
  t.equal(changes[2]?.entries, 100_001)
  t.match(await query('qtls_policy', 'd99999.example'), 'secure match=mx.d99999.example')
  t.ok(tookMs < 60_000, `${Math.round(tookMs)} ms`)
})

await t.test('what maps depend on comes from the settings and from Postfix', async t => {
  const { directory, run } = await bench(t)
  const root = join(directory, '..')
  const text = `state_directory = "${root}"\n[postfix]\nqtls_listener = "[::1]:2527"\n`
  const config = parseConfig(text, join(root, 'milter.conf'))
  const asked: RunPostfix = async (command, args, options) =>
    args[0] === '-m' ? { code: 0, stdout: 'hash\n', stderr: '' } : run(command, args, options)
  const options = await mapOptions({ config, levels: NO_LEVELS, now: NOW, run: asked })
  t.match(options, { directory, mapType: 'hash', profile: 'bsi-compatible' })
  t.same(options.fallbacks, { qtls: '[::1]:2527', tls: '[127.0.0.1]:10028' })
  const given = await mapOptions({
    config,
    levels: NO_LEVELS,
    now: NOW,
    directory: '/x',
    mapType: 'texthash',
  })
  t.match(given, { directory: '/x', mapType: 'texthash' })

  const renewed = await writeMaps(
    await mapOptions({ config, now: NOW, run: asked, levels: levelSource(LEVELS, NOW) }),
  )
  t.equal(renewed.changes.length, 3)
  t.match(await readFile(join(directory, 'qtls_policy'), 'utf8'), '\n[::1]:2527 none\n')
})

t.test('a constant database is there with its text, and comes back when it is lost', async t => {
  const { directory, run, options } = await bench(t)
  const ask = async (key: string): Promise<string> =>
    (await run('postmap', ['-q', key, `cdb:${join(directory, 'qtls_policy')}`])).stdout.trim()
  const cdb = options([level('a.example', 'qualified', { match: ['mx.a.example'] })], {
    mapType: 'cdb',
  })
  await writeMaps(cdb)
  t.match(await ask('a.example'), /^secure match=mx\.a\.example /)
  t.equal(await ask('b.example'), '')
  await rm(join(directory, 'qtls_policy.cdb'))
  t.match((await writeMaps(cdb)).changes, [{ name: 'qtls_policy', uncompiled: true }])
  t.match(await ask('a.example'), /^secure match=mx\.a\.example /)
  t.same((await writeMaps(cdb)).changes, [])
})
