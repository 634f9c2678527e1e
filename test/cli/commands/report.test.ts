import t from 'tap'
import { command } from '../../../src/cli/commands/report.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleRecord } from '../../support/store-records.js'

const DAY = 86_400_000
const START = Date.UTC(2026, 10, 1)
const november = ['--from', '2026-11-01', '--to', '2026-11-30']

const records = [
  sampleRecord({ at: START - 1, queueId: 'october' }),
  sampleRecord({ at: START, queueId: 'first' }),
  sampleRecord({ at: START + 30 * DAY - 1, queueId: 'last', customer: 'clinic', mode: 'observe' }),
  sampleRecord({ at: START + 30 * DAY, queueId: 'december' }),
]

void t.test('a report lists a line for each recipient between two days', async t => {
  const bench = storeBench(t, command)
  await bench.record(...records)
  const { out, err, exit } = await bench.run('report', ...november, '--json')
  const rows = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { queue_id: string })
  t.same(
    rows.map(row => row.queue_id),
    ['first', 'first', 'last', 'last'],
  )
  t.match(rows[0], { at: '2026-11-01T00:00:00.000Z', action: 'deliver', lane: 'qtls' })
  t.match(err, /2 messages\. These are decisions, not proof of delivery/)
  t.equal(exit, 0)
  const clinic = await bench.run('report', ...november, '--json', '--customer', 'clinic')
  t.equal(clinic.out.trim().split('\n').length, 2)
})

void t.test('the heading says that decisions are no proof of delivery', async t => {
  const bench = storeBench(t, command)
  await bench.record(...records)
  const text = await bench.run('report', ...november)
  t.match(
    text.out,
    /^Decisions from 2026-11-01T00:00:00\.000Z to 2026-12-01.* \(not proof of deliv/,
  )
  t.match(text.out, /would deliver by qtls, row high\.2/)
  const csv = await bench.run('report', ...november, '--csv')
  const lines = csv.out.split('\r\n')
  t.match(lines[0], /^decided at \(no proof of delivery\),reference,/)
  t.equal(lines.length, 1 + 4 + 1)
  t.equal(lines[0]?.split(',').length, lines[1]?.split(',').length)
})

void t.test('without a span it is the last 24 hours', async t => {
  const bench = storeBench(t, command)
  await bench.record(sampleRecord({ at: Date.now() - 1000, queueId: 'now' }), ...records)
  const { out } = await bench.run('report', '--json')
  t.equal(out.match(/"queue_id":"now"/g)?.length, 2)
})

void t.test('a span that is none is a mistake of the command line', async t => {
  const bench = storeBench(t, command)
  const args = ['--from', '2026-11-02', '--to', '2026-10-01']
  t.match(await bench.run('report', ...args), { err: /--from must be before --to/, exit: 64 })
  t.match(await bench.run('report', '--csv', '--json'), { err: /choose one of/, exit: 64 })
  t.match(await bench.run('report', '--from', 'yesterday'), { err: /not a time/, exit: 65 })
})
