import Table from 'cli-table3'
import { isMet, type Figure } from './figure.js'

const HEAD = ['scenario', 'what', 'target', 'measured', '', 'detail'] as const

/** The figures for a terminal. */
export function terminalTable(figures: readonly Figure[]): string {
  const table = new Table({ head: [...HEAD], style: { head: [], border: [], compact: true } })
  table.push(...figures.map(cells))
  return table.toString()
}

/** The figures as a table of Markdown. */
export function markdownTable(figures: readonly Figure[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...figures.map(cells)]
  return rows.map(row => `| ${row.join(' | ')} |\n`).join('')
}

function cells(figure: Figure): string[] {
  const { scenario, what, detail } = figure
  const met = isMet(figure)
  const verdict = met === undefined ? '' : met ? 'met' : 'missed'
  return [
    scenario,
    what,
    targetText(figure),
    valueText(figure.measured, figure.unit),
    verdict,
    detail,
  ]
}

function targetText({ target, unit }: Figure): string {
  if (target === undefined) return ''
  return 'atLeast' in target ? `≥ ${target.atLeast} ${unit}` : `≤ ${target.atMost} ${unit}`
}

/** Three digits that count, and never an exponent. */
function valueText(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`
}
