import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostfix, type PostfixOptions } from '../sandbox/postfix.js'

/**
 * The private Postfix in a process of its own, because only it needs root (`sudo -n`).
 *
 * Shape   the one argument is a PostfixOptions as JSON; the first line on standard output is
 *         `{"smtpPort":…}`, every further one a line of the mail log. The end of standard input
 *         ends Postfix, so it never outlives whoever asked for it; its directory goes with it.
 */
const options = JSON.parse(process.argv[2] ?? '{}') as PostfixOptions
// Left there by a run that was killed. The directory itself stays: it may be new in /tmp.
for (const name of await readdir(options.directory).catch(() => []))
  await rm(join(options.directory, name), { recursive: true, force: true })
const postfix = await startPostfix(options)
process.stdout.write(`${JSON.stringify({ smtpPort: postfix.smtpPort })}\n`)

const ended = new AbortController()
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('SIGTERM', () => ended.abort())
process.stdin.once('end', () => ended.abort())
process.stdin.resume()
// Nobody reads any more: whoever asked for us is gone.
process.stdout.once('error', () => ended.abort())
await follow(postfix.logFile, ended.signal)
await postfix.stop()
await rm(options.directory, { recursive: true, force: true })
process.exit(0)

/** Copies what is appended to a file until told to stop. */
async function follow(path: string, signal: AbortSignal): Promise<void> {
  const file = await open(path)
  const chunk = Buffer.alloc(65_536)
  for (let position = 0; !signal.aborted;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    position += bytesRead
    if (bytesRead > 0) process.stdout.write(chunk.subarray(0, bytesRead).toString('latin1'))
    else await sleep(50)
  }
  await file.close()
}
