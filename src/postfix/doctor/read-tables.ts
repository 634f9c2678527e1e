import { readFile, stat } from 'node:fs/promises'
import { GatewayError, reasonOf } from '../../errors.js'
import { parseList } from '../parameters.js'
import type { RunPostfix } from '../run.js'
import {
  COMPILED,
  PATTERN_TYPES,
  parseTableKeys,
  parseTableListing,
  parseTableName,
  parseTableText,
  type Table,
  type TableEntry,
  type TableFiles,
} from './table.js'

/** Types that postmap(1) reads from the text itself. */
const TEXT_TYPES = new Set(['file', 'texthash', ...PATTERN_TYPES])
/** Types that need no file. */
const WRITTEN_OUT = new Set(['inline'])
/** A text above this size is not searched for line numbers. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024
const DEADLINE_MS = 20_000

/**
 * Reads one table: what is in it as far as it can be listed, and what it says to the keys asked for.
 *
 * Nothing is looked up in a directory or database server but those keys.
 *
 * Gives   a table with `trouble` instead of an error: a table that cannot be read is a finding.
 */
export async function readTable(
  run: RunPostfix,
  name: string,
  keys: readonly string[],
): Promise<Table> {
  const troubles: string[] = []
  const files = await filesOf(name)
  const entries = await listEntries(run, name, files).catch((thrown: unknown) => {
    troubles.push(reasonOf(thrown))
    return undefined
  })
  const answers = await askKeys(run, name, keys).catch((thrown: unknown) => {
    troubles.push(reasonOf(thrown))
    return new Map<string, string | undefined>()
  })
  const trouble = troubles[0]
  return Object.freeze({ name, entries, trouble, answers, files })
}

async function filesOf(name: string): Promise<TableFiles | undefined> {
  const { type, path } = parseTableName(name)
  if (!path.startsWith('/')) return undefined
  const ending = COMPILED[type]
  if (ending === undefined && !TEXT_TYPES.has(type)) return undefined
  const compiled = ending === undefined ? undefined : `${path}${ending}`
  return {
    text: path,
    textAt: await changedAt(path),
    compiled,
    compiledAt: compiled === undefined ? undefined : await changedAt(compiled),
  }
}

async function changedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

/** What Postfix sees counts, which is the compiled form; the text only tells the line. */
async function listEntries(
  run: RunPostfix,
  name: string,
  files: TableFiles | undefined,
): Promise<readonly TableEntry[] | undefined> {
  const { type, path } = parseTableName(name)
  const text = files === undefined ? undefined : await readText(files)
  if (type === 'file') return text === undefined ? undefined : parseTableKeys(text)
  if (PATTERN_TYPES.has(type) && path.startsWith('{')) return inlineRules(path, type)
  if (PATTERN_TYPES.has(type)) return text === undefined ? undefined : parseTableText(text, type)
  if (type === 'static') return [staticEntry(name)]
  if (files === undefined && !WRITTEN_OUT.has(type)) return undefined
  const fromText = text === undefined ? [] : parseTableText(text, type)
  const listed = await run('postmap', ['-s', bareName(name)], { timeoutMs: DEADLINE_MS })
  if (listed.code !== 0) {
    // cdb has no listing; what it holds is what the text says, or askKeys finds it broken.
    return text === undefined ? undefined : fromText
  }
  const lines = new Map(fromText.map(({ key, line }) => [key, line]))
  return parseTableListing(listed.stdout).map(entry => ({ ...entry, line: lines.get(entry.key) }))
}

/** `static:value` and `static:{a value}` say the same to every key. */
function staticEntry(name: string): TableEntry {
  const value = parseTableName(name).path.replace(/^\{\s*(.*?)\s*\}$/s, '$1')
  return { key: '*', value, line: undefined }
}

/** `cidr:{ {192.0.2.0/24 OK}, {…} }` has its rules in the setting itself. */
function inlineRules(path: string, type: string): readonly TableEntry[] {
  return parseList(path.slice(1, -1)).flatMap(rule =>
    parseTableText(rule.replace(/^\{\s*|\s*\}$/g, ''), type).map(entry => ({
      ...entry,
      line: undefined,
    })),
  )
}

async function readText({ text, textAt }: TableFiles): Promise<string | undefined> {
  if (textAt === undefined || (await stat(text)).size > MAX_TEXT_BYTES) return undefined
  return readFile(text, 'utf8')
}

/** One process for all keys: it prints those that it finds, as `key`, tab, value. */
async function askKeys(
  run: RunPostfix,
  name: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  if (keys.length === 0 || parseTableName(name).type === 'file') return new Map()
  const args = ['-q', '-', bareName(name)]
  const input = keys.map(key => `${key}\n`).join('')
  const { stdout, stderr } = await run('postmap', args, { input, timeoutMs: DEADLINE_MS })
  const refusal = stderr.split('\n').find(line => /\b(?:fatal|error): /.test(line))
  if (refusal !== undefined) {
    const command = ['postmap', ...args].join(' ')
    throw new GatewayError('ERR_POSTFIX_REFUSED', { command, reason: refusal })
  }
  const found = new Map(parseTableListing(stdout).map(({ key, value }) => [key, value]))
  return new Map(keys.map(key => [key, found.get(key)]))
}

/** The table itself, without the detour by proxymap(8), which is there for chrooted daemons. */
function bareName(name: string): string {
  return name.replace(/^(?:proxy:)+/, '')
}
