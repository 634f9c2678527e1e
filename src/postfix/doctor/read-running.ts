import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../../errors.js'
import type { PostfixFacts } from '../instance.js'
import type { Running, Seen } from './live-facts.js'

/** Of /proc on every Linux that Node runs on: USER_HZ. */
const TICKS_PER_SECOND = 100
/** Fields behind the name of the program, which may have blanks: state first. */
const [PARENT, STARTED] = [1, 19] as const

/**
 * When the queue manager of an instance was started, which every reload does anew, and when the
 * settings were changed.
 *
 * Shape   `proc` is /proc.
 * Source  proc_pid_stat(5), fields 4 and 22; master(8) writes its process id into pid/master.pid
 */
export async function readRunning(
  { queueDirectory, configDirectory }: PostfixFacts,
  proc = '/proc',
): Promise<Seen<Running>> {
  try {
    const master = (await readFile(join(queueDirectory, 'pid', 'master.pid'), 'utf8')).trim()
    const readAt = await startOf(master, proc)
    if (readAt === undefined) return { seen: false, reason: 'no queue manager is running' }
    const files = ['main.cf', 'master.cf'].map(name => join(configDirectory, name))
    const changes = await Promise.all(
      files.map(async file => [file, (await stat(file)).mtimeMs] as const),
    )
    return { seen: true, value: { readAt, changedAt: new Map(changes) } }
  } catch (thrown) {
    return { seen: false, reason: reasonOf(thrown) }
  }
}

/** Epoch milliseconds; of an old queue manager that still ends and a new one, the new one counts. */
async function startOf(master: string, proc: string): Promise<number | undefined> {
  const uptime = Number((await readFile(join(proc, 'uptime'), 'utf8')).split(' ')[0])
  const bootedAt = Date.now() - uptime * 1000
  let latest: number | undefined
  for (const name of await readdir(proc)) {
    if (!/^\d+$/.test(name)) continue
    // A process may end while its file is read.
    const text = await readFile(join(proc, name, 'stat'), 'utf8').catch(() => '')
    const [, program = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? []
    const fields = rest.split(' ')
    if (!/^[on]?qmgr$/.test(program) || fields[PARENT] !== master) continue
    const start = bootedAt + (Number(fields[STARTED]) / TICKS_PER_SECOND) * 1000
    latest = Math.max(latest ?? start, start)
  }
  return latest
}
