import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ROOT } from './tree-sources.js'

/** Packages that `npm install` would bring to the package of a plugin, from what is there. */
const PACKAGES = ['typescript', 'undici-types', '@types/node']

/** Does for the package of a plugin what `npm install` does, without a network. */
export function installInto(folder: string): void {
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@types'), { recursive: true })
  mkdirSync(join(modules, '.bin'), { recursive: true })
  symlinkSync(ROOT, join(modules, 'postseal'))
  for (const name of PACKAGES) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  writeFileSync(
    join(modules, '.bin', 'tsc'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'node_modules/typescript/bin/tsc')}" "$@"\n`,
    { mode: 0o755 },
  )
}

/** Makes a folder with the command `postseal` and gives the path on which a shell finds it. */
export function pathWithCommand(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(
    join(bin, 'postseal'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/src/cli/main.js')}" "$@"\n`,
    { mode: 0o755 },
  )
  return `${bin}${delimiter}${process.env['PATH'] ?? ''}`
}

export interface ShellOutcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a line of a shell; what tap sets for its own children is not handed on. */
export function runLine(line: string, cwd: string, path = process.env['PATH'] ?? ''): ShellOutcome {
  const kept = ['HOME', 'LANG', 'TMPDIR', 'npm_config_cache']
  const env = Object.fromEntries(
    kept.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line], {
    cwd,
    env: { ...env, PATH: path, npm_config_audit: 'false', npm_config_offline: 'true' },
    encoding: 'utf8',
    timeout: 120_000,
  })
  return { code: status, out: stdout, err: stderr }
}
