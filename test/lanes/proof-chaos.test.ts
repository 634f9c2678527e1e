import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { count, type Count } from '../support/chaos-count.js'
import { chances, sendTraffic } from '../support/chaos-traffic.js'
import { hangingPlugin, TROUBLES, type Ground } from '../support/chaos-trouble.js'
import { LaneLab } from '../support/lane-lab.js'
import { ROOT } from '../support/tree-sources.js'

/** `npm run chaos -- --minutes 60` sets it; in the suite it is short. */
const MINUTES = Number(process.env['POSTSEAL_CHAOS_MINUTES'] ?? '0.5')
const SEED = Number(process.env['POSTSEAL_CHAOS_SEED'] ?? '1')
const RECOVERY_MS = 240_000

t.setTimeout((MINUTES * 60 + 600) * 1000)
await enterNamespace()

await t.test('whatever fails, nothing is lost and nothing goes unprotected', async t => {
  const ground = await chaosGround(t)
  const { lab } = ground
  const chance = chances(SEED)
  const end = new AbortController()
  const pauseMs = MINUTES > 5 ? 1000 : 150
  const sending = sendTraffic(lab, chances(SEED + 1), end.signal, pauseMs)
  const happened = new Map<string, number>()
  const until = Date.now() + MINUTES * 60_000
  while (Date.now() < until) {
    const trouble = TROUBLES[chance(TROUBLES.length)]
    if (trouble === undefined) break
    const ms = 200 + chance(4000)
    say(`${new Date().toISOString()} ${trouble.name}, ${ms} ms`)
    await trouble.happen(ground, ms)
    happened.set(trouble.name, (happened.get(trouble.name) ?? 0) + 1)
    await sleep(chance(2000))
  }
  end.abort()
  const traffic = await sending
  await recover(lab)
  await keepLogs(lab)
  const result = await count(lab, traffic)
  report(result, traffic.notTaken, traffic.unknown.length, happened)
  t.ok(result.taken > 20, `${result.taken} messages to a recipient were taken`)
  t.same(result.lost, [], 'nothing is lost')
  t.same(result.unprotected, [], 'nothing arrived that must not, or without its protection')
  t.same(result.marked, [], 'no header of ours reached anybody')
  t.same(result.unexplained, [], 'nothing arrived twice without a lost connection')
  t.same(lab.deaths, [], 'the daemon ended only when it was ended')
  t.equal(result.queued, 0, 'in the end the queue is empty')
})

async function chaosGround(t: Parameters<typeof LaneLab.start>[0]): Promise<Ground> {
  const folder = t.testdir({})
  const hangFile = join(folder, 'hang')
  const plugin = join(folder, 'hanging')
  await mkdir(join(plugin, 'node_modules'), { recursive: true })
  await symlink(ROOT, join(plugin, 'node_modules', 'postseal'))
  await writeFile(join(plugin, 'index.mjs'), hangingPlugin(hangFile))
  const plugins = ['classify/subject-tag', 'classify/header', join(plugin, 'index.mjs')]
  const lab = await LaneLab.start(t, {
    settings: [
      '[policy]\nwait_limit = "2h"',
      `[plugins]\nclassify = ${JSON.stringify(plugins)}\ntimeout = "2s"`,
      '[store]\ndeadline = "3s"',
    ].join('\n'),
    // With a back-off of minutes a short test would see nothing tried again.
    mainCf: { minimal_backoff_time: '5s', maximal_backoff_time: '20s', queue_run_delay: '5s' },
    stateSize: '64M',
  })
  return { lab, hangFile }
}

/** Everybody is well again: what waits gets its answer, and the queue is worked off. */
async function recover(lab: LaneLab): Promise<void> {
  if (!lab.daemon.isRunning) await lab.startDaemon()
  await lab.does('domain', 'set', 'new.test', 'qualified', '--reason', 'looked at')
  for (const end = Date.now() + RECOVERY_MS; Date.now() < end; await sleep(2000)) {
    const queue = await lab.watch.queue()
    say(`${new Date().toISOString()} ${queue.length} in the queue`)
    if (queue.length === 0) return
    await lab.postfix.postqueue(['-f'])
  }
  const left = await lab.watch.queue()
  say(`still queued: ${JSON.stringify(left.slice(0, 5))}`)
}

/** With POSTSEAL_CHAOS_LOGS, the logs are left in that directory. */
async function keepLogs(lab: LaneLab): Promise<void> {
  const directory = process.env['POSTSEAL_CHAOS_LOGS']
  if (directory === undefined) return
  await mkdir(directory, { recursive: true })
  await copyFile(join(lab.directory, 'daemon.log'), join(directory, 'daemon.log'))
  await copyFile(lab.postfix.logFile, join(directory, 'mail.log'))
}

function report(
  result: Count,
  notTaken: number,
  unknown: number,
  happened: ReadonlyMap<string, number>,
): void {
  const { taken, arrived, refused, queued, explained } = result
  say(`${taken} taken: ${arrived} arrived, ${refused} refused with a report, ${queued} queued`)
  say(`${notTaken} not taken, ${unknown} without an answer to the client`)
  say(`${explained} arrived again after their confirmation was lost`)
  for (const [name, times] of happened) say(`${times} x ${name}`)
}

function say(line: string): void {
  t.comment(line)
}
