import t from 'tap'
import { nextProbe } from '../../src/qtls/next-probe.js'

const AT = 1_800_000_000_000
const HOUR = 3_600_000

await t.test('a qualified domain is looked at again while its verdict still holds', async t => {
  t.equal(nextProbe({ level: 'qualified', until: AT + 10 * HOUR }, AT, 0), AT + 8 * HOUR)
})

await t.test('any other is looked at again when its verdict is over', async t => {
  for (const level of ['mandatory', 'none'] as const)
    t.equal(nextProbe({ level, until: AT + HOUR }, AT, 3), AT + HOUR, level)
})

await t.test('what could not be tested is tried soon, then less and less often', async t => {
  const minutes = [0, 1, 2, 3, 4, 50].map(
    tries => (nextProbe({ level: 'undetermined', until: AT }, AT, tries) - AT) / 60_000,
  )
  t.same(minutes, [15, 30, 60, 120, 240, 240])
})

await t.test('nobody is asked more often than every five minutes', async t => {
  t.equal(nextProbe({ level: 'qualified', until: AT }, AT, 0), AT + 300_000)
})
