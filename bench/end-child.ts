import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const STOP_MS = 10_000

/** Ends a program politely, after ten seconds by force, and waits until it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await gone
  clearTimeout(timer)
}
