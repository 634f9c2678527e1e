import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/maps.js'
import { command as domain } from '../../../src/cli/commands/domain.js'
import { parseConfig } from '../../../src/config/load.js'
import { rulesInForce } from '../../../src/qtls/verdict-rules.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleVerdict } from '../../support/store-verdict-samples.js'

await t.test('maps are compared, written, and then as they should be', async t => {
  const bench = storeBench(t, [command, domain])
  const out = join(bench.directory, 'maps')
  const maps = (...args: string[]) =>
    bench.run('maps', '--out', out, '--map-type', 'texthash', ...args)

  const check = await maps('--check')
  t.match(check, { exit: 1, out: /transport: would have 0 entries/ })
  t.throws(() => readdirSync(out), { code: 'ENOENT' }, 'nothing was written')

  const first = await maps()
  t.match(first, { exit: 0, out: /qtls_policy: has 1 entries/, err: /postfix reload/ })
  t.same(readdirSync(out).sort(), ['.lock', 'qtls_policy', 'tls_policy', 'transport'])
  t.match(await maps('--check'), { exit: 0, out: '', err: '' })

  await bench.run('domain', 'set', 'a.example', 'qualified', '--reason', 'x')
  const second = await maps('--json')
  const lines = second.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  t.match(lines, [
    { name: 'transport', added: ['a.example'], removed: [], written: true },
    { name: 'tls_policy', entries: 2 },
    { name: 'qtls_policy', entries: 2 },
  ])
  t.match(await maps(), { exit: 0, out: '', err: '' }, 'nothing to say')

  await bench.run('domain', 'set', 'b.example', 'mandatory', '--reason', 'x')
  t.match(await maps('--quiet'), { exit: 0, out: '', err: /postfix reload/ })
})

await t.test('maps of a broken prober are refused, and the old ones stay', async t => {
  const bench = storeBench(t, [command, domain])
  const out = join(bench.directory, 'maps')
  const maps = (...args: string[]) =>
    bench.run('maps', '--out', out, '--map-type', 'texthash', ...args)
  const file = join(bench.directory, 'list.csv')
  const list = (level: string) =>
    Array.from({ length: 10 }, (_, n) => `d${n}.example,${level}\n`).join('')
  writeFileSync(file, list('qualified'))
  await bench.run('domain', 'import', file, '--reason', 'x')
  await maps()
  writeFileSync(file, list('none'))
  await bench.run('domain', 'import', file, '--reason', 'x')
  t.match(await maps('--check'), { exit: 1, out: /10 gone/ })
  t.match(await maps(), { exit: 75, err: /10 of 10 qualified domains would lose their entries/ })
  t.match(readFileSync(join(out, 'qtls_policy'), 'utf8'), 'd9.example')
  t.match(await maps('--force'), { exit: 0, out: /10 gone/ })
})

await t.test('a type that this Postfix does not have, and a wrong one', async t => {
  const bench = storeBench(t, command)
  t.match(await bench.run('maps', '--map-type', 'dbm'), { err: /Choices: "auto", "cdb"/ })
})

await t.test('a verdict by other rules is made anew before it counts', async t => {
  const bench = storeBench(t, command)
  const out = join(bench.directory, 'maps')
  const maps = (...args: string[]) =>
    bench.run('maps', '--out', out, '--map-type', 'texthash', ...args)
  const at = Date.now()
  const rules = rulesInForce(parseConfig('', undefined)).digest
  const gone = { state: 'secure', kind: 'null-mx', records: [], aliases: [], ttlSeconds: 60 }
  const facts = { domain: 'b.example', probedAt: at, mx: gone, sts: {}, hosts: [], cut: [] }
  await bench.prepare(async store => {
    const save = (domain: string, more: object): Promise<unknown> =>
      store.domains.saveVerdict(
        sampleVerdict({ domain, until: at + 60_000 }, { probedAt: at, dueAt: at, ...more }),
      )
    await save('a.example', { rules })
    await save('b.example', { rules: 'others', facts })
    await save('c.example', { rules: 'others', facts: {} })
  })
  t.match(await maps(), { exit: 0 })
  const text = readFileSync(join(out, 'qtls_policy'), 'utf8')
  t.match(text, /^a\.example /m)
  t.notMatch(text, /^[bc]\.example/m)
  await bench.prepare(async store => {
    t.match(await store.domains.verdictOf('b.example'), { level: 'none' })
    t.match(await store.domains.verdictOf('c.example'), { level: 'qualified' }, 'it has no facts')
  })
})
