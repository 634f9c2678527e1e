import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The directory of the package, where `policies/` and package.json lie.
 *
 * It is the nearest directory with a package.json, because `src/config` and `dist/src/config` lie
 * at different depths.
 */
export function packageRoot(): string {
  return ROOT
}

/** Version of the package, as package.json has it. */
export function packageVersion(): string {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

const ROOT = nearestPackage(dirname(fileURLToPath(import.meta.url)))

function nearestPackage(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('no package.json above this file')
  return nearestPackage(parent)
}
