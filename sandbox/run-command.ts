import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const DEFAULT_TIMEOUT_MS = 30_000
/** What a shell says of a program that was killed. */
const KILLED = 137

/**
 * Runs a program to its end and gives what it said; a code other than 0 is no error here.
 *
 * Mail programs lie in sbin, which an ordinary PATH lacks. The environment is otherwise cut down, so
 * that a MAIL_CONFIG or a locale of the caller changes nothing.
 *
 * Throws  an Error when the program is missing or does not end within `timeoutMs` (30 s).
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly input?: string | Buffer; readonly timeoutMs?: number } = {},
): Promise<CommandResult> {
  const { input = '', timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const signal = AbortSignal.timeout(timeoutMs)
  const child = spawn(command, args, { env: environment(), signal })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A program that ends without reading its input breaks the pipe; its exit code tells more.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise<number>((done, fail) => {
    child.once('error', cause => {
      const what = signal.aborted ? `did not end within ${timeoutMs} ms` : 'cannot be run'
      fail(new Error(`${command} ${what}`, { cause }))
    })
    // Not at `exit`: what the program wrote last may still be on its way.
    child.once('close', code => done(code ?? KILLED))
  })
  return { code, stdout: text(stdout), stderr: text(stderr) }
}

function environment(): NodeJS.ProcessEnv {
  const path = process.env['PATH'] ?? ''
  return { PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: 'C', HOME: '/' }
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8')
}
