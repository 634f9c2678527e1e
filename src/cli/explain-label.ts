import type { Label } from '../policy/model.js'
import { printable } from './output.js'

/**
 * Says for people what raised the class: by whom, where, what was seen, and which threshold it reached.
 *
 * Gives   lines that belong below each other, the first for the label itself. Words and numbers are
 *         masked already; names of files are those of the message at hand.
 */
export function explainLabel(label: Label): readonly string[] {
  const { plugin, id, class: riskClass, why, count, evidence = [], threshold } = label
  const details: (readonly [string, string | undefined])[] = [
    ['where', placeOf(label)],
    ['seen', evidence.length === 0 ? undefined : seen(evidence, count)],
    [
      'threshold',
      threshold && `${threshold.total} in the message, ${riskClass} from ${threshold.from}`,
    ],
    ['reason', why],
  ]
  return [
    `${riskClass} by ${plugin} (${printable(id)})`,
    ...details.flatMap(([name, text]) =>
      text === undefined ? [] : [`  ${name.padEnd(WIDTH)}${printable(text, MAX_TEXT)}`],
    ),
  ]
}

const WIDTH = 'threshold  '.length
const MAX_TEXT = 600

/** `part 1.2, in the file scans.zip > page.pdf`; rules look at no part. */
function placeOf({ part, place, file }: Label): string | undefined {
  if (part === undefined) return undefined
  const inside = place === undefined ? '' : `, in the ${place}`
  const named = file === undefined ? '' : `${place === undefined ? ', file' : ''} ${file}`
  return `part ${part}${inside}${named}`
}

function seen(evidence: readonly string[], count: number | undefined): string {
  const more = count !== undefined && count > evidence.length
  return evidence.join(', ') + (more ? ` and others, ${count} in all` : '')
}
