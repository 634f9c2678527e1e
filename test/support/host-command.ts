import type { Test } from 'tap'
import { runCommandLine } from '../../src/cli/command-line.js'

/** Runs a command line in this process and keeps what it prints. */
export async function runCommand(
  t: Test,
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out = t.capture(process.stdout, 'write', () => true)
  const err = t.capture(process.stderr, 'write', () => true)
  try {
    const code = await runCommandLine(args)
    return { code, out: textOf(out()), err: textOf(err()) }
  } finally {
    out.restore()
    err.restore()
    process.exitCode = undefined
  }
}

function textOf(calls: readonly { readonly args: readonly unknown[] }[]): string {
  return calls.map(call => String(call.args[0])).join('')
}
