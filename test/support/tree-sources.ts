import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { packageRoot } from '../../src/config/root.js'

/** The directory of the package, with package.json in it. */
export const ROOT = packageRoot()

const NOT_OURS = new Set(['node_modules', 'dist', 'var', 'coverage'])

/** Paths of all files below a folder of the package, relative to the package, sorted. */
export function filesBelow(folder: string, ending = ''): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(ending))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)).split('\\').join('/'))
    .filter(
      path => !path.split('/').some(step => NOT_OURS.has(step) || /^\.(?:git|tap)$/.test(step)),
    )
    .sort()
}

/** The text of a file of the package. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export interface Import {
  readonly from: string
  /** As written: `./x.js`, `node:fs`, `yargs`. */
  readonly specifier: string
  /** Path of the source file for a relative import, else undefined. */
  readonly target: string | undefined
  readonly typeOnly: boolean
}

/** The static and dynamic imports of a source file, read from its text. */
export function importsOf(path: string): readonly Import[] {
  const text = textOf(path)
  return [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map(({ groups }) => {
    const specifier = groups?.['specifier'] ?? ''
    const relativeTo = specifier.startsWith('.')
      ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
      : undefined
    const typeOnly = groups?.['type'] !== undefined
    return { from: path, specifier, target: relativeTo, typeOnly }
  })
}

/** `import … from 'x'`, `export … from 'x'` and `import 'x'` at the start of a line. */
const STATEMENT =
  /^(?:import|export)\s+(?<type>type\s)?(?:[\w*$\s{},]+?\sfrom\s+)?'(?<specifier>[^'\n]+)'/gm
const CALL = /\bimport\(\s*'(?<specifier>[^'\n]+)'\s*\)/g
