import { once } from 'node:events'
import { ALL_CUSTOMERS } from '../../store/admin.js'
import { parseEnd, parseTime } from '../../store/time-text.js'
import type { Command } from '../command.js'
import { CSV_HEADING, csvLine, reportRows, type ReportRow } from '../decision-report.js'
import { EXIT, UsageError } from '../exit.js'
import { printable, printJson, printLine, printNotice } from '../output.js'
import { withExistingStore } from '../with-store.js'

interface Own {
  from: string | undefined
  to: string | undefined
  customer: string
  csv: boolean
  json: boolean
}

const DAY_MS = 86_400_000

/** `postseal report`: what was decided between two times, a line for each recipient. */
export const command: Command<Own> = {
  command: 'report',
  describe: 'List the decisions between two times',
  builder: yargs =>
    yargs
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'Day or time (UTC) that the report begins with; without it 24 hours ago',
      })
      .option('to', {
        type: 'string',
        requiresArg: true,
        describe: 'Last day, or the time it ends before; without it now',
      })
      .option('customer', {
        type: 'string',
        default: ALL_CUSTOMERS,
        requiresArg: true,
        describe: 'Only decisions of this customer',
      })
      .option('csv', { type: 'boolean', default: false, describe: 'As a table for spreadsheets' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line' })
      .example('$0 report --from 2026-11-01 --to 2026-11-30 --csv > november.csv', 'a month')
      .example('$0 report --json | jq .action', 'the last 24 hours, for programs')
      .epilogue('A report says what was decided. It is no proof that anything was delivered.'),
  handler: async ({ from, to, customer, csv, json, ...options }) => {
    if (csv && json) throw new UsageError('choose one of --csv and --json')
    const now = Date.now()
    const span = {
      from: from === undefined ? now - DAY_MS : parseTime(from),
      to: to === undefined ? now : parseEnd(to),
    }
    if (span.from >= span.to) throw new UsageError('--from must be before --to')
    const print = csv ? printCsv : json ? printJson : printText
    if (csv) process.stdout.write(csvLine(CSV_HEADING))
    else if (!json) printHeading(span)
    let count = 0
    await withExistingStore(options, async store => {
      for await (const record of store.decisions({ ...span, customer })) {
        for (const row of reportRows(record)) print(row)
        count += 1
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
      }
    })
    printNotice(`${count} messages. These are decisions, not proof of delivery.`)
    process.exitCode = EXIT.ok
  },
}

function printHeading(span: { readonly from: number; readonly to: number }): void {
  const [from, to] = [span.from, span.to].map(time => new Date(time).toISOString())
  printLine(`Decisions from ${from} to ${to} (not proof of delivery)`)
  printLine()
}

function printCsv(row: ReportRow): void {
  process.stdout.write(csvLine(Object.values(row)))
}

function printText(row: ReportRow): void {
  const lane = row.lane === null ? '' : ` by ${row.lane}`
  printLine(`${row.at}  ${printable(row.queue_id ?? row.reference)}  class ${row.class}`)
  printLine(`    ${printable(row.sender)} -> ${printable(row.recipient ?? 'no recipient')}`)
  printLine(
    `    ${row.mode === 'observe' ? 'would ' : ''}${row.action ?? 'nothing'}${lane}, ` +
      `row ${row.row ?? '-'}: ${printable(row.why ?? '')}`,
  )
}
