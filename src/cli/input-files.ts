import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './exit.js'
import { printable } from './output.js'

/**
 * The files that a command line names, folders entered.
 *
 * Gives   paths in the order named, those of a folder sorted by name. A path that does not exist is
 *         given as it is: reading it fails with a clear reason, and the batch goes on.
 */
export async function inputFiles(named: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const path of named) {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) files.push(...(await filesBelow(path)))
    else files.push(path)
  }
  return files
}

/** Reads a file that a command line names; throws a UsageError that names it. */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    throw new UsageError(`cannot read ${printable(file)}: ${code}`)
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}
