import { execFile } from 'node:child_process'

/**
 * Runs a program to its end.
 *
 * Gives   what it wrote to stdout
 * Throws  when it does not end with one of the codes that are allowed
 */
export function runCommand(
  command: string,
  args: readonly string[],
  allowed: readonly number[] = [0],
): Promise<string> {
  return new Promise((done, fail) => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 300_000 }
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number' && allowed.includes(code)) done(stdout)
      else fail(new Error(`${command} ended with ${code}: ${stderr.slice(0, 500)}`))
    })
  })
}
