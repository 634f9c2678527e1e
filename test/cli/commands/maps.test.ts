import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/maps.js'
import { command as domain } from '../../../src/cli/commands/domain.js'
import { storeBench } from '../../support/store-commands.js'

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
  t.same(readdirSync(out).sort(), ['qtls_policy', 'tls_policy', 'transport'])
  t.match(await maps('--check'), { exit: 0, out: '', err: /as they should be/ })

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
  t.match((await maps()).err, /as they should be/)
})

await t.test('a type that this Postfix does not have, and a wrong one', async t => {
  const bench = storeBench(t, command)
  t.match(await bench.run('maps', '--map-type', 'dbm'), { err: /Choices: "auto", "cdb"/ })
})
