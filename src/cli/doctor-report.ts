import { styleText } from 'node:util'
import { rank, type CheckResult, type Evidence, type Severity } from '../postfix/doctor/check.js'
import type { ProbeResult } from '../postfix/doctor/probe/judge.js'
import { printJson, printLine, printable } from './output.js'

/** Values such as lists of milters are long. */
const MAX_LINE = 300

const MARKS: Readonly<Record<Severity, string>> = {
  fail: 'FAIL   ',
  unknown: 'unknown',
  warn: 'warning',
  ok: 'ok     ',
}

const COLOURS = { fail: 'red', unknown: 'magenta', warn: 'yellow', ok: 'green' } as const

export interface ReportOptions {
  readonly json: boolean
  /** Shows what is in order, too. */
  readonly all: boolean
  readonly colour: boolean
}

/** Prints what the doctor found: for programs one object a check, for people the worst first. */
export function printReport(results: readonly CheckResult[], options: ReportOptions): void {
  if (options.json) {
    for (const result of results) printJson(result)
    return
  }
  const sorted = [...results].sort((a, b) => rank(a.severity) - rank(b.severity))
  for (const result of sorted) for (const line of linesOf(result, options)) printLine(line)
  printLine(summary(results))
}

/** Prints what the probe of the lanes showed, with the lines of the log. */
export function printProbe(results: readonly ProbeResult[], options: ReportOptions): void {
  if (options.json) {
    for (const result of results) printJson(result)
    return
  }
  for (const { lines, ...result } of results) {
    printLine()
    for (const line of linesOf(result, { ...options, all: true })) printLine(line)
    for (const line of lines) printLine(`          ${printable(line, MAX_LINE)}`)
  }
}

function linesOf(result: CheckResult, { all, colour }: ReportOptions): readonly string[] {
  const { check, severity, message, problems } = result
  const paint = (kind: Severity): string =>
    colour ? styleText(COLOURS[kind], MARKS[kind], { validateStream: false }) : MARKS[kind]
  const lines = problems.flatMap(({ severity: kind, message: text, evidence, remedy, fix }) => [
    `${paint(kind)} ${check}: ${printable(text, MAX_LINE)}`,
    ...evidence.map(place => `          ${placeOf(place)}`),
    ...(remedy === undefined ? [] : [`        ${printable(remedy, MAX_LINE)}`]),
    ...(fix.length === 0 ? [] : [`        Or: postseal doctor --fix ${check}`]),
  ])
  if (severity !== 'ok' || !all) return lines
  return [`${paint('ok')} ${check}: ${printable(message, MAX_LINE)}`, ...lines]
}

/** `/etc/postfix/main.cf:12: relayhost = [x]`. */
function placeOf({ file, line, service, parameter, value }: Evidence): string {
  const where = file === undefined ? [] : [line === undefined ? file : `${file}:${line}`]
  const option = service !== undefined && parameter !== undefined ? `-o ${parameter}` : parameter
  const named = [service, option].filter(one => one !== undefined).join(' ')
  const shown = value === '' ? '(empty)' : value
  const what = [named, shown].filter(one => one !== undefined && one !== '').join(' = ')
  return printable([...where, what].filter(text => text !== '').join(': '), MAX_LINE)
}

function summary(results: readonly CheckResult[]): string {
  const count = (severity: Severity): number =>
    results.filter(result => result.severity === severity).length
  const parts = [
    `${results.length} checks: ${count('fail')} failed`,
    `${count('warn')} with a warning`,
    `${count('unknown')} that could not see enough`,
    `${count('ok')} in order`,
  ]
  return `${parts.join(', ')}.`
}
