import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Figure } from '../../bench/figure.js'
import { SCENARIOS } from '../../bench/scenarios.js'
import { stallFound } from '../../bench/scenarios/tcp-stall.js'
import { plainNode } from '../support/plain-node.js'
import { ROOT } from '../support/tree-sources.js'

const BENCH = join(ROOT, 'dist', 'bench', 'main.js')
const QUICK = [
  'library-unix',
  'tcp-stall',
  'gateway',
  'content',
  'attachments',
  'classes',
  'memory',
  'store',
]
const UNITS = ['×', 'ms', 'µs', 'MB', 'MB/s', '/s']

const run = promisify(execFile)

await t.test('every scenario has a name of its own', async t => {
  const names = SCENARIOS.map(({ name }) => name)
  t.equal(new Set(names).size, names.length)
  t.ok(QUICK.every(name => names.includes(name)))
})

await t.test('a quick round gives figures that can be read', async t => {
  const only = QUICK.flatMap(name => ['--only', name])
  const { stdout, stderr } = await run(...plainNode(BENCH, '--quick', '--json', ...only))
  const figures = JSON.parse(stdout) as readonly Figure[]
  t.same([...new Set(figures.map(({ scenario }) => scenario))], QUICK)
  for (const { what, measured, unit, detail } of figures) {
    t.ok(Number.isFinite(measured) && measured > 0, `${what}: ${measured} ${unit}`)
    t.ok(UNITS.includes(unit), unit)
    t.notMatch(detail, /NaN|undefined|Infinity/)
  }
  t.ok(figures.length >= 10, `saw ${figures.length} figures`)
  t.match(stderr, /^gateway: 4 KiB/m, 'progress is shown')
  const [, , control] = figures.filter(({ scenario }) => scenario === 'tcp-stall')
  t.ok((control?.measured ?? 0) > 10, 'the control stalls, so a stall of ours would be seen')
})

await t.test('a scenario that does not exist is refused', async t => {
  const ended = run(...plainNode(BENCH, '--only', 'nothing'))
  await t.rejects(ended, { code: 64, stderr: /no scenario nothing/ })
})

await t.test('the stall is found when it is there, and only then', async t => {
  const cases: readonly [string, readonly number[], boolean][] = [
    ['no stall', [0.1, 0.1, 44], false],
    ['a stall over TCP', [44, 0.1, 44], true],
    ['a slow machine', [20, 15, 60], false],
    ['a control that does not stall', [0.1, 0.1, 0.1], true],
    ['not measured', [], false],
  ]
  for (const [name, values, want] of cases) {
    const figures = values.map(measured => ({
      scenario: 'tcp-stall',
      what: 'latency',
      measured,
      unit: 'ms' as const,
      detail: '',
    }))
    t.equal(stallFound(figures) !== undefined, want, name)
  }
})
