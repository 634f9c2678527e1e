import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where the module of a plugin is. */
export interface PluginModule {
  /** As it stands in [plugins]. */
  readonly entry: string
  readonly url: string
  readonly file: string
  readonly shipped: boolean
}

/**
 * Finds the module of a plugin: a shipped one by `stage/name`, one of a third party by a path
 * (from `directory`) or by the name of an npm package installed in or above `directory`.
 *
 * Gives   undefined when there is none.
 */
export function resolvePlugin(entry: string, directory: string): PluginModule | undefined {
  if (SHIPPED.test(entry)) {
    const url = new URL(`${entry}/index.js`, SHIPPED_ROOT)
    const file = fileURLToPath(url)
    return existsSync(file) ? { entry, url: url.href, file, shipped: true } : undefined
  }
  const file =
    isAbsolute(entry) || entry.startsWith('.')
      ? moduleAt(resolve(directory, entry))
      : packageModule(entry, directory)
  if (file === undefined) return undefined
  return { entry, url: pathToFileURL(file).href, file, shipped: false }
}

/** The folder of the shipped plugins, beside `src` both in the sources and in `dist`. */
export const SHIPPED_ROOT = new URL('../../plugins/', import.meta.url)

const SHIPPED = /^(?:classify|detect|rewrite|seal|notify)\/[a-z0-9-]+$/

/** A file as it is; a folder by its package.json or its index.js. */
function moduleAt(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (!stat.isDirectory()) return path
  const main = mainOf(path) ?? 'index.js'
  const file = join(path, main)
  return existsSync(file) ? file : undefined
}

function packageModule(name: string, directory: string): string | undefined {
  if (!PACKAGE_NAME.test(name)) return undefined
  for (let at = directory; ; at = dirname(at)) {
    const found = moduleAt(join(at, 'node_modules', name))
    if (found !== undefined) return found
    if (dirname(at) === at) return undefined
  }
}

const PACKAGE_NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/

/**
 * The entry point that a package names for `import`.
 *
 * Source  Node.js documentation, "Package entry points"; only what a plugin needs of it
 */
function mainOf(directory: string): string | undefined {
  const file = join(directory, 'package.json')
  if (!existsSync(file)) return undefined
  const { exports, main } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const entry = entryPoint(exports) ?? main
  return typeof entry === 'string' ? entry : undefined
}

function entryPoint(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const conditions = exports as Readonly<Record<string, unknown>>
  for (const condition of ['.', 'node', 'import', 'default']) {
    const found = entryPoint(conditions[condition])
    if (found !== undefined) return found
  }
  return undefined
}
