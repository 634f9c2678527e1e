import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readRunning } from '../../../src/postfix/doctor/read-running.js'
import { instanceFacts } from '../../support/postfix-instance.js'

/** As proc_pid_stat(5) has it: state, parent, 17 numbers, and the start in hundredths of a second. */
const process = (pid: number, program: string, parent: number, started: number): string =>
  `${pid} (${program}) S ${parent} ${Array.from({ length: 17 }, () => '0').join(' ')} ${started} 0\n`

t.test('the queue manager of the instance tells when the settings were read', async t => {
  const folder = t.testdir({
    'main.cf': '',
    'master.cf': '',
    pid: { 'master.pid': '   700\n' },
    proc: {
      uptime: '1000.00 900.00\n',
      meminfo: '',
      700: { stat: process(700, 'master', 1, 10) },
      701: { stat: process(701, 'pickup', 700, 99_000) },
      702: { stat: process(702, 'qmgr', 333, 99_000) },
      699: { stat: process(699, 'qmgr', 700, 20_000) },
      703: { stat: process(703, 'qmgr', 700, 40_000) },
      704: {},
    },
  })
  await utimes(join(folder, 'main.cf'), 100, 100)
  await utimes(join(folder, 'master.cf'), 200, 200)
  const facts = { ...instanceFacts({ configDirectory: folder }), queueDirectory: folder }
  const before = Date.now()
  const seen = await readRunning(facts, join(folder, 'proc'))
  t.equal(seen.seen, true)
  if (!seen.seen) return
  const sinceStart = 600_000
  t.ok(seen.value.readAt >= before - sinceStart && seen.value.readAt <= Date.now() - sinceStart)
  t.strictSame(
    [...seen.value.changedAt],
    [
      [join(folder, 'main.cf'), 100_000],
      [join(folder, 'master.cf'), 200_000],
    ],
  )
})

t.test('a Postfix that does not run', async t => {
  const folder = t.testdir({
    pid: {},
    other: { pid: { 'master.pid': '7\n' } },
    proc: { uptime: '1 1\n' },
  })
  const at = (queueDirectory: string): ReturnType<typeof readRunning> =>
    readRunning({ ...instanceFacts({}), queueDirectory }, join(folder, 'proc'))
  t.match(await at(folder), { seen: false, reason: /ENOENT/ })
  t.match(await at(join(folder, 'other')), { seen: false, reason: 'no queue manager is running' })
})
