import { spawn } from 'node:child_process'

/**
 * Runs a program of ours on this terminal to its end.
 *
 * Shape   `options` are those of `spawn`; without them it has our directory and our environment.
 *
 * Gives   its exit code; 130 when a signal ended it.
 */
export function handOver(args, options = {}) {
  const child = spawn(process.execPath, args, { ...options, stdio: 'inherit' })
  // The terminal sends Ctrl-C to both of us; the program cleans up, and its end is ours.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', code => done(code ?? 130))
  })
}
