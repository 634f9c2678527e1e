import { addressIn } from '../lanes/milters.js'
import { parseList } from '../parameters.js'
import type { RecordedEntry } from './record.js'
import { serviceIn, valueIn, withOption, withoutOption } from './texts.js'

/** An entry as it is without us. */
export interface Undone {
  /** Undefined: it goes away. */
  readonly text: string | undefined
  /**
   * `put-back`: what was there before. `taken-out`: it has been changed since, and only our part of
   * its list goes. `left`: it has been changed since and stays.
   */
  readonly how: 'put-back' | 'taken-out' | 'left'
}

/** Lists in which our entry stands beside others. */
const LISTS: ReadonlySet<string> = new Set([
  'smtpd_milters',
  'non_smtpd_milters',
  'milter_header_checks',
  'smtp_header_checks',
  'lmtp_header_checks',
])

/** What becomes of a parameter that setup wrote; `text` is what stands there now. */
export function undoneSetting(entry: RecordedEntry, text: string | undefined): Undone {
  const before = entry.before ?? undefined
  if (text === undefined || valueIn(text) === valueIn(entry.after)) {
    return { text: text === undefined ? undefined : before, how: 'put-back' }
  }
  const name = text.slice(0, text.indexOf('=')).trim()
  const rest = LISTS.has(name) ? withoutOurs(valueIn(text), valueIn(entry.after)) : undefined
  if (rest === undefined) return { text, how: 'left' }
  const isEmpty = rest === '' && before === undefined
  return { text: isEmpty ? undefined : `${name} = ${rest}`.trimEnd() + '\n', how: 'taken-out' }
}

/** What becomes of a service that setup made, or gave an option to. */
export function undoneService(entry: RecordedEntry, text: string | undefined): Undone {
  const before = entry.before ?? undefined
  if (text === undefined || text === entry.after) {
    return { text: text === undefined ? undefined : before, how: 'put-back' }
  }
  if (before === undefined) return { text, how: 'left' }
  const had = serviceIn(before)?.options
  const set = [...(serviceIn(entry.after)?.options ?? [])]
  let result = text
  let how: Undone['how'] = 'put-back'
  for (const [name, value] of set.filter(([name, value]) => had?.get(name) !== value)) {
    const now = serviceIn(result)?.options.get(name)
    if (now === undefined) continue
    const old = had?.get(name)
    if (now === value) {
      result = old === undefined ? withoutOption(result, name) : withOption(result, name, old)
      continue
    }
    const rest = LISTS.has(name) ? withoutOurs(now, value) : undefined
    how = rest === undefined ? 'left' : 'taken-out'
    if (rest !== undefined) result = withOption(result, name, rest)
  }
  return { text: result, how }
}

/**
 * A list without our entry, which setup put first.
 *
 * Gives   undefined when it is no longer there.
 */
function withoutOurs(list: string, written: string): string | undefined {
  const ours = addressIn(parseList(written)[0] ?? '')
  const entries = parseList(list)
  const others = entries.filter(entry => addressIn(entry) !== ours)
  return others.length === entries.length ? undefined : others.join(', ')
}
