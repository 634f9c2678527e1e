import type { MadeVerdict } from '../qtls/make-verdict.js'
import { isReasonCode, REASON_CODES } from '../qtls/reason-codes.js'
import type { Reason } from '../qtls/verdict-model.js'
import { printable, printLine } from './output.js'

/** A line for a domain, and one for each reason; with what it means and what to do for one alone. */
export function printVerdict({ verdict, isEarlier }: MadeVerdict, isWhole: boolean): void {
  const { domain, level, match, dane, until, profile, edition, reasons } = verdict
  const by = match.length === 0 ? '' : `, match ${match.map(name => printable(name)).join(' ')}`
  const how = `${dane ? ', dane' : ''}, until ${new Date(until).toISOString().slice(0, 16)}Z`
  printLine(`${printable(domain)}  ${level}${by}${how}${isEarlier ? ' (as before)' : ''}`)
  for (const reason of reasons) printReason(reason, isWhole)
  if (isWhole) printLine(`    by ${printable(profile)} (${printable(edition)})`)
}

function printReason({ code, severity, host, ip, evidence }: Reason, isWhole: boolean): void {
  const where = [host, ip].flatMap(one => (one === undefined ? [] : [printable(one)])).join(' ')
  const more = Object.entries(evidence)
    .map(([name, value]) => `${name} ${printable(plain(value))}`)
    .join(', ')
  const parts = [where, more].filter(part => part !== '').join(': ')
  printLine(`    ${severity} ${code}${parts === '' ? '' : `  ${parts}`}`)
  if (!isWhole || !isReasonCode(code)) return
  const { sentence, remedy } = REASON_CODES[code]
  printLine(`         ${sentence}${remedy === '' ? '' : ` ${remedy}`}`)
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
