import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The process id of the master that runs with this queue and configuration, if one does.
 *
 * A pid file outlives its process, and the number may belong to a stranger by now; so the process
 * must be a Postfix master whose environment names this very configuration.
 */
export function masterOf(queueDirectory: string, configDirectory: string): number | undefined {
  const pid = Number(readIfThere(join(queueDirectory, 'pid', 'master.pid')).trim())
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isMaster(pid)) return undefined
  const environment = readIfThere(`/proc/${pid}/environ`).split('\0')
  return environment.includes(`MAIL_CONFIG=${configDirectory}`) ? pid : undefined
}

/**
 * Ends a master and its children: politely, and after five seconds by force.
 *
 * It waits for the children too. One that was just forked still holds the master's locks and
 * sockets, so that the next `postfix start` would find the mail system "already running" and say so
 * to a log daemon that is about to end.
 *
 * Throws  an Error when one of them is still there after ten seconds.
 */
export async function stopMaster(pid: number): Promise<void> {
  // The master leads the process group of all its services.
  const group = pid
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(group)) return
    signalGroup(group, signal)
    for (let tries = 0; tries < 250 && isAlive(group); tries++) await sleep(20)
  }
  if (isAlive(group)) throw new Error(`processes of the Postfix master ${pid} do not end`)
}

/** Ends the master also when this process ends without having said stop. */
export function stopMasterAtExit(queueDirectory: string, configDirectory: string): void {
  if (toStop.size === 0) process.once('exit', stopAll)
  toStop.set(configDirectory, queueDirectory)
}

/** Queue directories by configuration directory: what is still to be stopped when we end. */
const toStop = new Map<string, string>()

function stopAll(): void {
  for (const [configDirectory, queueDirectory] of toStop) {
    const pid = masterOf(queueDirectory, configDirectory)
    if (pid !== undefined) process.kill(pid, 'SIGTERM')
  }
}

function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal)
  } catch (thrown) {
    if (!isGone(thrown)) throw thrown
  }
}

/** Whether a process of this group runs; one that ended and was not reaped yet does not. */
function isAlive(group: number): boolean {
  return readdirSync('/proc').some(name => {
    if (!/^\d+$/.test(name)) return false
    // The name of the program stands in parentheses and may hold anything: state and group follow.
    const [state, , itsGroup] = readIfThere(`/proc/${name}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(itsGroup) === group && state !== 'Z' && state !== 'X'
  })
}

/** A zombie has no executable, so what nobody has reaped yet counts as gone. */
function isMaster(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)) === 'master'
  } catch (thrown) {
    if (isGone(thrown)) return false
    throw thrown
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (isGone(thrown)) return ''
    throw thrown
  }
}

function isGone(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    (thrown.code === 'ENOENT' || thrown.code === 'ESRCH')
  )
}
