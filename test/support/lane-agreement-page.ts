import { LANE_ALONE } from './lane-alone.js'
import type { LabCase } from './qtls-lab-cases.js'
import type { OfferCase } from './qtls-offer-cases.js'

/** The table of docs/design/lane-agreement.md: each case, the verdict, and what the lane does. */
export function agreementTable(cases: readonly LabCase[]): string {
  return table(
    ['case', 'verdict', 'codes', 'by the map', 'names alone', 'keys alone', 'why'],
    cases.map(({ name, what, level, codes }) => {
      const { by, why = '' } = LANE_ALONE[name] ?? {}
      const isQualified = level === 'qualified'
      return [
        what,
        level,
        codes.map(code => `\`${code}\``).join(' '),
        said(isQualified),
        said(isQualified || by === 'names and keys'),
        said(isQualified || by !== undefined),
        why,
      ]
    }),
  )
}

/** What the lane refuses, and the server that differs in that point only, which it delivers to. */
export function offerTable(cases: readonly OfferCase[]): string {
  const named = new Map(cases.map(one => [one.name, one.what]))
  return table(
    ['refused', 'code', 'delivered to'],
    cases.flatMap(({ what, codes, control }) =>
      control === undefined
        ? []
        : [[what, codes.map(code => `\`${code}\``).join(' '), named.get(control) ?? '']],
    ),
  )
}

function said(isDelivered: boolean): string {
  return isDelivered ? 'delivered' : 'kept'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.join(' | ')} |`.replaceAll('  ', ' ')
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''].join('\n')
}
