import { parseList } from '../parameters.js'
import type { DoctorFacts } from './facts.js'

/** A lookup table that the settings name, as far as it could be read. */
export interface Table {
  /** As the settings name it: `hash:/etc/postfix/transport`. */
  readonly name: string
  /** Undefined: this kind of table cannot be listed, it only answers. */
  readonly entries: readonly TableEntry[] | undefined
  /** Why nothing, or not all, is known of it. */
  readonly trouble: string | undefined
  /** What it answered, of the keys that it was asked for; undefined: no such key. */
  readonly answers: ReadonlyMap<string, string | undefined>
  readonly files: TableFiles | undefined
}

export interface TableEntry {
  /** A key, or a pattern with its delimiters. */
  readonly key: string
  readonly value: string
  readonly line: number | undefined
}

/** Times of last change, epoch milliseconds; undefined: the file is not there. */
export interface TableFiles {
  readonly text: string
  readonly textAt: number | undefined
  readonly compiled: string | undefined
  readonly compiledAt: number | undefined
}

export interface TableName {
  /** Without `proxy:`, which only says who opens the table. */
  readonly type: string
  readonly path: string
}

/** Types whose keys are patterns, so that only a whole address or header line can be asked for. */
export const PATTERN_TYPES: ReadonlySet<string> = new Set(['regexp', 'pcre', 'cidr'])

/** File name endings of the forms that postmap(1) makes. */
export const COMPILED: Readonly<Record<string, string>> = {
  hash: '.db',
  btree: '.db',
  cdb: '.cdb',
  lmdb: '.lmdb',
  dbm: '.pag',
  sdbm: '.pag',
}

/** Reads `proxy:hash:/etc/postfix/transport`. A name without a type is a file of the default type. */
export function parseTableName(name: string, defaultType = 'hash'): TableName {
  const bare = name.replace(/^(?:proxy:)+/, '')
  const colon = bare.indexOf(':')
  if (colon < 0) return { type: defaultType, path: bare }
  return { type: bare.slice(0, colon), path: bare.slice(colon + 1) }
}

/** The tables that a setting names, such as transport_maps; names as the settings have them. */
export function tablesIn(value: string): readonly string[] {
  return parseList(value).filter(item => /^[a-z][a-z0-9_-]*:/i.test(item))
}

/**
 * Reads the text of a table: key, blanks, value; a line that begins with a blank goes on.
 *
 * Gives   the entries in order, keys in lower case where they are no patterns, as postmap(1) does.
 */
export function parseTableText(text: string, type: string): readonly TableEntry[] {
  const isPattern = PATTERN_TYPES.has(type)
  return logicalLines(text).flatMap(({ text: line, number }) => {
    const { key, value } = (isPattern ? PATTERN : PLAIN).exec(line)?.groups ?? {}
    if (key === undefined || value === undefined) return []
    return [{ key: isPattern ? key : key.toLowerCase(), value: value.trim(), line: number }]
  })
}

const PLAIN = /^(?<key>\S+)\s+(?<value>.*)$/s

/** `/pattern/flags result`, `!/pattern/ result`; `if` and `endif` have no result of their own. */
const PATTERN =
  /^(?<key>!?\s*(?:(?<quote>[^\s\w])(?:\\.|(?!\k<quote>).)*\k<quote>\w*|[0-9a-f.:/]+))\s+(?<value>.*)$/is

/** Reads a file that a list names: what stands first on each line is an entry of the list. */
export function parseTableKeys(text: string): readonly TableEntry[] {
  return logicalLines(text).flatMap(({ text: line, number }) =>
    line
      .split(/[\s,]+/)
      .filter(key => key !== '')
      .map(key => ({ key: key.toLowerCase(), value: '', line: number })),
  )
}

/** Reads what `postmap -s` prints: key, tab, value. */
export function parseTableListing(output: string): readonly TableEntry[] {
  return output.split('\n').flatMap(line => {
    const tab = line.indexOf('\t')
    if (tab < 0) return []
    return [{ key: line.slice(0, tab), value: line.slice(tab + 1), line: undefined }]
  })
}

function logicalLines(text: string): readonly { text: string; number: number }[] {
  const lines: { text: string; number: number }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const last = lines.at(-1)
    if (/^\s*(?:#.*)?$/.test(line)) continue
    if (/^\s/.test(line) && last !== undefined) last.text += ` ${line.trim()}`
    else lines.push({ text: line.trimEnd(), number: index + 1 })
  }
  return lines
}

/** What a list of tables says to a key: the first one that knows it, as Postfix asks them. */
export type Answer =
  | { readonly known: true; readonly table: string; readonly value: string }
  | { readonly known: false; readonly unsure: Table | undefined }

/** Asks the tables that a setting names, in order; a table that gave no answer makes it unsure. */
export function askTables(facts: DoctorFacts, value: string, key: string): Answer {
  let unsure: Table | undefined
  for (const name of tablesIn(value)) {
    const table = facts.tables.get(name)
    const answer = table?.answers.get(key)
    if (answer !== undefined) return { known: true, table: name, value: answer }
    if (table !== undefined && !table.answers.has(key)) unsure ??= table
  }
  return { known: false, unsure }
}

/** Where a table is read from, for evidence: the file, or the name of what is no file. */
export function placeOf(table: Table): string {
  return table.files?.text ?? table.name
}
