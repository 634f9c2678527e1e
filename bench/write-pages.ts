import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/config/root.js'
import type { Figure } from './figure.js'
import { markdownTable } from './table.js'

/**
 * Renews the tables of README.md (what has a target) and docs/design/speed.md (everything).
 *
 * Gives   the names of the files.
 */
export function writePages(figures: readonly Figure[]): readonly string[] {
  const pages = new Map([
    ['README.md', markdownTable(figures.filter(({ target }) => target !== undefined))],
    ['docs/design/speed.md', `${markdownTable(figures)}\n${machine()}\n`],
  ])
  for (const [name, table] of pages) {
    const file = join(packageRoot(), name)
    writeFileSync(file, between(readFileSync(file, 'utf8'), table, name))
  }
  return [...pages.keys()]
}

/** Puts `table` between the markers of a page. */
export function between(page: string, table: string, name: string): string {
  const marked = /(<!-- speed:begin -->\n)[^]*?(<!-- speed:end -->)/
  if (!marked.test(page)) throw new Error(`${name} has no markers for the table`)
  return page.replace(marked, (_all, begin: string, end: string) => `${begin}\n${table}\n${end}`)
}

function machine(): string {
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const linux = release().split('.', 2).join('.')
  return `Measured on ${day}: Node ${process.versions.node}, Linux ${linux}, ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory}.`
}
