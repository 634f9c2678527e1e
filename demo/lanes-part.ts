import { spawn } from 'node:child_process'
import { LANES_PROGRAM } from './layout.js'
import { asRoot } from './private-postfix.js'
import type { Terminal } from './terminal.js'

/** Plays the second part, as root; gives whether everything went as it should. */
export async function playLanes({ line, paint }: Terminal, signal: AbortSignal): Promise<boolean> {
  line()
  line(paint.bold('The lanes'))
  line(
    'Above, Postfix had no lanes: one answer for all recipients, and its own choice of transport.',
  )
  line(
    'Now `postseal setup postfix --apply` puts them in, in a network of its own with DNS, and each',
  )
  line('final recipient is decided by itself. What happened is told by `postseal show`.')
  const [command, ...args] = [...(asRoot() ?? []), process.execPath, LANES_PROGRAM]
  const child = spawn(command ?? '', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const onAbort = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await new Promise<boolean>((done, fail) => {
      child.once('error', fail)
      child.once('exit', code => done(code === 0))
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
