import type { Remark } from '../postfix/lanes/remark.js'
import { renderChanges, type Change } from '../postfix/setup/change.js'
import { printable, printJson, printLine, printNotice } from './output.js'

/** What setup found and did. */
export interface Outcome {
  /** The directory of the instance. */
  readonly file: string
  readonly changes: readonly Change[]
  readonly remarks: readonly Remark[]
  readonly state: 'planned' | 'unchanged' | 'conflict' | 'applied' | 'undone' | 'nothing'
  readonly backup?: string
  readonly reloaded?: boolean
}

/** Prints the difference and what it did to standard output, remarks for people to standard error. */
export function printSetup(outcome: Outcome, json: boolean): void {
  const { changes, remarks, file, ...result } = outcome
  if (json) {
    for (const { path, ...change } of changes) printJson({ ...change, file: path })
    for (const remark of remarks) printJson(remark)
    printJson({ kind: 'result', directory: file, ...result })
    return
  }
  for (const line of renderChanges(changes)) printLine(printable(line, MAX_LINE))
  for (const { kind, where, what, remedy } of remarks) {
    printNotice(`${kind}: ${printable(where)}`)
    printNotice(`    ${printable(what, MAX_LINE)}`)
    printNotice(`    ${printable(remedy, MAX_LINE)}`)
  }
  for (const line of conclusion(outcome)) printNotice(line)
}

/** Values such as lists of milters or cipher suites are long. */
const MAX_LINE = 2000

function conclusion({ state, file, backup, reloaded }: Outcome): readonly string[] {
  const running = reloaded === true ? 'Postfix has read it.' : 'Postfix does not run here.'
  const sentences: Readonly<Record<Outcome['state'], readonly string[]>> = {
    planned: ['Nothing was changed.'],
    unchanged: [`${file}: everything is as it has to be.`],
    conflict: ['Nothing can be changed before the conflicts are settled.'],
    nothing: [`${file}: setup has changed nothing there, so nothing is to be undone.`],
    applied: [`Done. ${running} The files as they were: ${backup}`],
    undone: [
      `Undone. ${running} The files as they were: ${backup}`,
      'Mail that is bound to a lane stays in the queue until the lanes are back. `postsuper -r ALL` lets it go the way of all mail, without a decision.',
    ],
  }
  return sentences[state]
}
