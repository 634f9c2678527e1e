/** Says something to whoever sits in front of it; the figures go to standard output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Runs a program to its end; what it throws is said in one line, and the exit code is 1 then. */
export async function runEntry(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (thrown) {
    say(thrown instanceof Error ? thrown.message : String(thrown))
    process.exitCode = 1
  }
}
