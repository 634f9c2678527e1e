import t from 'tap'
import { CSV_HEADING, csvLine, reportRows } from '../../src/cli/decision-report.js'
import { sampleRecord } from '../support/store-records.js'

const CELLS: readonly (readonly [name: string, cell: string | null, want: string])[] = [
  ['plain text stays', 'alice@example.org', 'alice@example.org'],
  ['nothing stays empty', null, ''],
  ['a comma is quoted', 'a,b', '"a,b"'],
  ['a quote is doubled', 'a "b"', '"a ""b"""'],
  ['a line break is quoted', 'a\nb', '"a\nb"'],
  ['an equals sign is no formula', '=1+1', "'=1+1"],
  ['a plus sign', '+41', "'+41"],
  ['a minus sign', '-2', "'-2"],
  ['an at sign', '@SUM(A1)', "'@SUM(A1)"],
  ['a formula after a blank', ' =1', "' =1"],
  ['a formula after a tab', '\t=1', '"\'\t=1"'],
  ['a wide equals sign', '\uff1d1', "'\uff1d1"],
  ['a formula with quotes', '=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
]

for (const [name, cell, want] of CELLS) {
  void t.test(`a cell of CSV: ${name}`, async t => t.equal(csvLine([cell]), `${want}\r\n`))
}

void t.test('there is a line for each recipient, and one for a message without any', async t => {
  const record = sampleRecord()
  t.match(reportRows(record), [
    { recipient: 'bob@example.net' },
    { recipient: 'carol@example.com' },
  ])
  const rows = reportRows({ ...record, decision: { ...record.decision, recipients: [] } })
  t.match(rows, [{ recipient: null, action: null, reference: record.reference }])
  t.equal(Object.keys(rows[0] ?? {}).length, CSV_HEADING.length)
})
