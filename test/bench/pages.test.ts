import t from 'tap'
import { isMet, median, type Figure, type Target } from '../../bench/figure.js'
import { cpuSeconds, peakBytes } from '../../bench/process-figures.js'
import { markdownTable, terminalTable } from '../../bench/table.js'
import { between } from '../../bench/write-pages.js'
import { textOf } from '../support/tree-sources.js'

const FIGURES: readonly Figure[] = [
  {
    scenario: 'library-unix',
    what: 'rate, 4 KiB, 10 connections',
    measured: 6.25,
    unit: '×',
    target: { atLeast: 6 },
    detail: '6,250 and 1,000 messages a second',
  },
  {
    scenario: 'memory',
    what: 'peak memory',
    measured: 312.4,
    unit: 'MB',
    target: { atMost: 300 },
    detail: '50 answered',
  },
  { scenario: 'store', what: 'mean latency', measured: 12.34, unit: 'ms', detail: '' },
]

await t.test('a target is met from its value on', async t => {
  const figure = (measured: number, target?: Target): Figure => ({
    scenario: 'any',
    what: 'any',
    measured,
    unit: 'ms',
    detail: '',
    ...(target === undefined ? {} : { target }),
  })
  const least = [5.99, 6, 6.01].map(measured => isMet(figure(measured, { atLeast: 6 })))
  t.same(least, [false, true, true])
  const most = [299, 300, 301].map(measured => isMet(figure(measured, { atMost: 300 })))
  t.same(most, [true, true, false])
  t.equal(isMet(figure(1)), undefined)
})

await t.test('the median is the value in the middle', async t => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.throws(() => median([]))
})

await t.test(
  'tables say what was wanted, what was measured and whether that is enough',
  async t => {
    t.equal(
      markdownTable(FIGURES),
      [
        '| scenario | what | target | measured |  | detail |',
        '| --- | --- | --- | --- | --- | --- |',
        '| library-unix | rate, 4 KiB, 10 connections | ≥ 6 × | 6.25 × | met | 6,250 and 1,000 messages a second |',
        '| memory | peak memory | ≤ 300 MB | 312 MB | missed | 50 answered |',
        '| store | mean latency |  | 12.3 ms |  |  |',
        '',
      ].join('\n'),
    )
    t.match(terminalTable(FIGURES), /library-unix.*≥ 6 ×.*6\.25 ×.*met/)
  },
)

await t.test('a table goes between its markers and nowhere else', async t => {
  const page = 'before\n<!-- speed:begin -->\nold $& table\n<!-- speed:end -->\nafter\n'
  const once = between(page, '| $1 |\n', 'a page')
  t.equal(once, 'before\n<!-- speed:begin -->\n\n| $1 |\n\n<!-- speed:end -->\nafter\n')
  t.equal(between(once, '| $1 |\n', 'a page'), once, 'a second time changes nothing')
  t.throws(() => between('no markers', 'x', 'README.md'), /README\.md has no markers/)
})

await t.test('the pages have their markers', async t => {
  for (const name of ['README.md', 'docs/design/speed.md'])
    t.doesNotThrow(() => between(textOf(name), 'x\n', name), name)
})

await t.test('the figures of a process are those of this one', async t => {
  const before = cpuSeconds(process.pid)
  const { user, system } = process.cpuUsage()
  t.ok(Math.abs(before - (user + system) / 1e6) < 0.5)
  t.ok(peakBytes(process.pid) >= process.memoryUsage.rss() * 0.5)
  t.throws(() => peakBytes(2 ** 30))
})
