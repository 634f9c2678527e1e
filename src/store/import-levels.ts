import { GatewayError } from '../errors.js'
import { LEVELS } from '../policy/model.js'
import type { ImportOptions, ImportResult, LevelChange, Lines } from './admin.js'
import {
  checkedHosts,
  checkedNextHop,
  checkedPattern,
  checkPerson,
  wrongInput,
} from './checked-input.js'
import type { DomainLevel } from './store.js'
import { parseTime } from './time-text.js'

/** Longest line and most lines that are taken in one transaction. */
const MAX_LINE = 4096
const LINES_AT_ONCE = 500

/**
 * Reads lines `DOMAIN,LEVEL[,UNTIL[,REASON[,MATCH[,DANE]]]]` and hands the good ones on in groups.
 * MATCH is host names with a space between two, DANE is `dane` or nothing.
 *
 * Gives   a result for each line that is not empty or a comment (`#`), once its group is written.
 */
export async function* importLevels(
  lines: Lines,
  options: ImportOptions,
  setLevels: (changes: readonly LevelChange[]) => Promise<void>,
): AsyncIterable<ImportResult> {
  let group: { readonly result: ImportResult; readonly change: LevelChange | undefined }[] = []
  let line = 0
  const finish = async (): Promise<readonly ImportResult[]> => {
    const changes = group.flatMap(({ change }) => change ?? [])
    if (changes.length > 0) await setLevels(changes)
    const results = group.map(({ result }) => result)
    group = []
    return results
  }
  for await (const text of lines) {
    line += 1
    const content = line === 1 ? text.replace(/^\ufeff/, '') : text
    if (/^\s*(?:#|$)/.test(content)) continue
    group.push(readLine(content, line, options))
    if (group.length >= LINES_AT_ONCE) yield* await finish()
  }
  yield* await finish()
}

/**
 * The change as it is stored: domain in its one spelling, everything within limits.
 *
 * Throws  ERR_STORE_INPUT for an unknown level, a wrong domain, or a change nobody answers for.
 */
export function checkedChange(change: LevelChange): LevelChange {
  const { level, until } = change
  const domain = checkedPattern(change.domain)
  const settable = LEVELS.filter(known => known !== 'internal')
  if (!settable.includes(level)) {
    throw wrongInput(`not a level: ${JSON.stringify(level)} (${settable.join(', ')})`)
  }
  if (until !== undefined && !Number.isSafeInteger(until)) throw wrongInput('the end is not a time')
  checkPerson(change, 'a change of a level')
  const { nextHop, ...rest } = change
  return {
    ...rest,
    domain,
    match: checkedHosts(change.match ?? []),
    dane: change.dane === true,
    ...(nextHop === undefined ? {} : { nextHop: checkedNextHop(nextHop) }),
  }
}

function readLine(text: string, line: number, options: ImportOptions) {
  try {
    if (text.length > MAX_LINE) throw wrongInput(`the line is longer than ${MAX_LINE} characters`)
    const [domain = '', level = '', until = '', reason = '', match = '', dane = '', ...more] =
      splitFields(text)
    if (more.length > 0) throw wrongInput('more than six fields')
    if (!/^(?:dane)?$/i.test(dane)) throw wrongInput('the sixth field is neither empty nor "dane"')
    const change = checkedChange({
      customer: options.customer,
      domain,
      level: level.toLowerCase() as DomainLevel['level'],
      ...(until === '' ? {} : { until: parseTime(until) }),
      by: options.by,
      reason: reason === '' ? options.reason : reason,
      match: match.split(/\s+/).filter(host => host !== ''),
      dane: dane !== '',
    })
    return { change, result: { line, domain: change.domain, level: change.level } }
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown
    return { change: undefined, result: { line, error: thrown.message } }
  }
}

/** Fields of one line, split at the first kind of separator in it; quoted ones as in RFC 4180. */
function splitFields(text: string): string[] {
  const separator = /[\t;,]/.exec(text)?.[0] ?? ','
  const fields: string[] = []
  let rest = text
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(rest)
    const end = quoted === null ? rest.indexOf(separator) : quoted[0].length
    const stop = end === -1 ? rest.length : end
    fields.push((quoted?.[1]?.replaceAll('""', '"') ?? rest.slice(0, stop)).trim())
    if (stop >= rest.length) return fields
    if (rest[stop] !== separator) throw wrongInput('text after a closing quote')
    rest = rest.slice(stop + 1)
  }
}
