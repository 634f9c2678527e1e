import { readFileSync, readlinkSync } from 'node:fs'
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

/** Ends a master and its children: politely, and after five seconds by force. */
export async function stopMaster(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM')
  for (let tries = 0; tries < 250; tries++) {
    if (!isMaster(pid)) return
    await sleep(20)
  }
  // The master leads the process group of all its services.
  process.kill(-pid, 'SIGKILL')
}

/** Ends the master also when this process ends without having said stop. */
export function stopMasterAtExit(queueDirectory: string, configDirectory: string): void {
  process.once('exit', () => {
    const pid = masterOf(queueDirectory, configDirectory)
    if (pid !== undefined) process.kill(pid, 'SIGTERM')
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
