import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../src/config/root.js'
import type { Programs } from './scenario.js'

const COMPILE_MS = 120_000

const run = promisify(execFile)

/**
 * Compiles the C programs of bench/c into `directory`.
 *
 * Throws  an Error with what the compiler said; gcc and libmilter-dev are needed.
 */
export async function compilePrograms(directory: string): Promise<Programs> {
  return {
    emptyFilter: await compile(directory, 'empty-filter', ['-lmilter', '-lpthread']),
    loadClient: await compile(directory, 'load-client', ['-lpthread'], ['packets']),
  }
}

async function compile(
  directory: string,
  name: string,
  libraries: readonly string[],
  parts: readonly string[] = [],
): Promise<string> {
  const program = join(directory, name)
  const sources = [name, ...parts].map(part => join(packageRoot(), 'bench/c', `${part}.c`))
  const args = ['-O2', '-Wall', '-Wextra', '-o', program, ...sources, ...libraries]
  await run('gcc', args, { timeout: COMPILE_MS })
  return program
}
