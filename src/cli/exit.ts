import { GatewayError } from '../errors.js'

/** Exit codes of the command, from sysexits(3). */
export const EXIT = {
  ok: 0,
  changed: 1,
  usage: 64,
  data: 65,
  bug: 70,
  tryAgain: 75,
  config: 78,
} as const

/** A mistake on the command line: printed with the usage line, exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The exit code that says what went wrong. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof UsageError) return EXIT.usage
  if (thrown instanceof GatewayError) return thrown.exit
  return EXIT.bug
}
