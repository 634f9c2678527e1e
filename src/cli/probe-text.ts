import { writeFile } from 'node:fs/promises'
import type { MadeVerdict } from '../qtls/make-verdict.js'
import { reportHtml } from '../qtls/report-html.js'
import { domainReport } from '../qtls/report-model.js'
import { reportText } from '../qtls/report-text.js'
import type { TlsProfile } from '../qtls/tls-profile.js'
import type { Reason } from '../qtls/verdict-model.js'
import { UsageError } from './exit.js'
import { printable, printLine } from './output.js'

/** One domain alone, with what it means and what to do about it. */
export function printReport({ verdict, facts }: MadeVerdict, profile: TlsProfile): void {
  printLine(reportText(domainReport(verdict, facts, profile)).trimEnd())
}

/** The same as one HTML page. */
export async function writeReport(
  file: string,
  { verdict, facts }: MadeVerdict,
  profile: TlsProfile,
): Promise<void> {
  const page = reportHtml(domainReport(verdict, facts, profile))
  await writeFile(file, page).catch((thrown: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot write ${printable(file)}: ${thrown.code}`)
  })
}

/** A line for a domain, and one for each reason. */
export function printVerdict({ verdict, isEarlier }: MadeVerdict): void {
  const { domain, level, match, dane, until, reasons, profile, edition } = verdict
  const by = match.length === 0 ? '' : `, match ${match.map(name => printable(name)).join(' ')}`
  const how = `${dane ? ', dane' : ''}, until ${new Date(until).toISOString().slice(0, 16)}Z`
  printLine(
    `${printable(domain)}  ${level}${by}${how}${isEarlier ? ' (as before)' : ''}, by ${printable(profile)} (${printable(edition)})`,
  )
  for (const reason of reasons) printReason(reason)
}

function printReason({ code, severity, host, ip, evidence }: Reason): void {
  const where = [host, ip].flatMap(one => (one === undefined ? [] : [printable(one)])).join(' ')
  const more = Object.entries(evidence)
    .map(([name, value]) => `${name} ${printable(plain(value))}`)
    .join(', ')
  const parts = [where, more].filter(part => part !== '').join(': ')
  printLine(`    ${severity} ${code}${parts === '' ? '' : `  ${parts}`}`)
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
