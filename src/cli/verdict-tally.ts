import Table from 'cli-table3'
import { VERDICTS, type ContentVerdict } from '../policy/model.js'
import { printable } from './output.js'

/** What became of one file. */
export type FileVerdict = { readonly file: string } & (ContentVerdict | { readonly error: string })

/** Collects what a run over many files found: a table for people, and the numbers. */
export class VerdictTally {
  errors = 0
  readonly #counts = new Map<string, number>()

  add(result: FileVerdict): void {
    if ('error' in result) this.errors += 1
    else this.#counts.set(result.verdict, (this.#counts.get(result.verdict) ?? 0) + 1)
  }

  /** One line with the number of files for each verdict. */
  summary(): string {
    const found = VERDICTS.filter(verdict => this.#counts.has(verdict)).map(
      verdict => `${this.#counts.get(verdict)} ${verdict}`,
    )
    if (this.errors > 0) found.push(`${this.errors} not examined`)
    return `Files: ${found.length === 0 ? 'none' : found.join(', ')}`
  }
}

/** The results as a table for people; of a single file its parts as well. */
export function verdictTable(results: readonly FileVerdict[]): string {
  const table = new Table({
    head: ['file', 'verdict', 'system', 'coverage', 'strength', 'why'],
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  })
  for (const result of results) {
    const file = printable(shortPath(result.file))
    if ('error' in result) table.push([file, 'error', '', '', '', printable(result.error)])
    else {
      const { verdict, system, coverage, strength, why } = result
      table.push([file, verdict, system ?? '', coverage, strength, printable(why)])
      if (results.length === 1)
        for (const part of result.parts)
          table.push([
            `  part ${part.path}`,
            part.verdict,
            part.system,
            '',
            '',
            printable(part.why),
          ])
    }
  }
  return table.toString()
}

/** The end of a path says more than its start. */
function shortPath(path: string): string {
  return path.length > 60 ? `…${path.slice(-59)}` : path
}
