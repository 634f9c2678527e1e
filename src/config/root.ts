import { existsSync } from 'node:fs'
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

const ROOT = nearestPackage(dirname(fileURLToPath(import.meta.url)))

function nearestPackage(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('no package.json above this file')
  return nearestPackage(parent)
}
