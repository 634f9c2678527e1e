import { execFile, type ExecFileException } from 'node:child_process'
import { join } from 'node:path'
import { GatewayError } from '../errors.js'

/** Commands of Postfix that we run, all of them from its command directory. */
export type PostfixCommand =
  'postconf' | 'postfix' | 'postlog' | 'postmap' | 'postqueue' | 'postsuper' | 'sendmail'

export interface CommandOutput {
  /** Exit code; a command that a signal ended has none and is an error. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Buffer
  readonly timeoutMs?: number
  /** For standard output and standard error each. */
  readonly maxOutputBytes?: number
  /** Asks the default instance, whatever instance the settings name. */
  readonly ofDefaultInstance?: boolean
}

/**
 * Runs one command of Postfix to its end, without a shell.
 *
 * Gives   what it said; an exit code other than 0 is no error here, see `outputOf`.
 * Throws  ERR_POSTFIX_COMMAND when it is missing, late, ended by a signal, or says too much.
 */
export type RunPostfix = (
  command: PostfixCommand,
  args: readonly string[],
  options?: RunOptions,
) => Promise<CommandOutput>

export interface PostfixPlace {
  /** Empty for the default instance. */
  readonly config_directory: string
  readonly command_directory: string
}

/** What `postconf` of a large installation says is a hundredth of it. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024
const DEADLINE_MS = 30_000

/** Makes the way to run commands of the instance that section [postfix] names. */
export function postfixRunner(place: PostfixPlace): RunPostfix {
  return (command, args, options = {}) => {
    const named = place.config_directory !== '' && options.ofDefaultInstance !== true
    const flag = command === 'sendmail' ? '-C' : '-c'
    const all = named ? [flag, place.config_directory, ...args] : args
    return execute(join(place.command_directory, command), all, options)
  }
}

/**
 * What a command prints on standard output.
 *
 * Throws  ERR_POSTFIX_REFUSED with what it said, when it ends with another code than 0.
 */
export async function outputOf(
  run: RunPostfix,
  command: PostfixCommand,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code === 0) return stdout
  const reason = stderr.trim() || `it ended with ${code} and left its reasons in the mail log`
  throw new GatewayError('ERR_POSTFIX_REFUSED', { command: [command, ...args].join(' '), reason })
}

function execute(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<CommandOutput> {
  const { input = '', timeoutMs = DEADLINE_MS, maxOutputBytes = MAX_OUTPUT_BYTES } = options
  return new Promise((done, fail) => {
    const child = execFile(
      file,
      args,
      {
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: maxOutputBytes,
        // Neither a MAIL_CONFIG nor a locale of the caller may change what is asked or answered.
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
        encoding: 'utf8',
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code
        if (typeof code === 'number') done(Object.freeze({ code, stdout, stderr }))
        else fail(notRun(file, error, options))
      },
    )
    // A command that ends without reading its input breaks the pipe; its exit code tells more.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

function notRun(file: string, error: ExecFileException | null, options: RunOptions): GatewayError {
  const { timeoutMs = DEADLINE_MS } = options
  const late = error?.killed === true && typeof error.code !== 'string'
  const reason = late ? `did not end within ${timeoutMs} ms` : wordsFor(error?.code, error?.signal)
  return new GatewayError('ERR_POSTFIX_COMMAND', { command: file, reason }, error)
}

function wordsFor(code: unknown, signal: unknown): string {
  if (code === 'ENOENT') return 'is not there'
  if (code === 'EACCES') return 'may not be run by this user'
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'says more than it should'
  return `ended early (${String(code ?? signal)})`
}
