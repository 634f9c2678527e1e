import t from 'tap'
import type { Backend } from '../../src/store/backend.js'
import type { PurgeStep } from '../../src/store/operations/purge.js'
import { deletedRows, purgeOld } from '../../src/store/retention.js'

const DAY_MS = 86_400_000
const NOTHING = { messages: 0, notes: 0, evidence: 0, waits: 0 }

/** A database that deletes what it is told to, and notes the steps. */
function fakeDatabase(...results: readonly (typeof NOTHING)[]) {
  const steps: PurgeStep[] = []
  const run = async (_: string, step: PurgeStep) => results[steps.push(step) - 1] ?? NOTHING
  return { steps, backend: { run } as unknown as Pick<Backend, 'run'> }
}

void t.test('what is to be kept without end is older than nothing', async t => {
  const { steps, backend } = fakeDatabase()
  await purgeOld(backend, {}, { now: 5000 * DAY_MS, signal: undefined })
  t.match(steps, [
    {
      messagesBefore: Number.MIN_SAFE_INTEGER,
      transitBefore: Number.MIN_SAFE_INTEGER,
      evidenceBefore: Number.MIN_SAFE_INTEGER,
      notesBefore: 3905 * DAY_MS,
    },
  ])
})

void t.test(
  'what is on its way is kept for a week at least, and no longer than the rest',
  async t => {
    for (const [days, transitDays] of [
      [1, 7],
      [7, 7],
      [90, 90],
    ] as const) {
      const { steps, backend } = fakeDatabase()
      const retention = { retentionMs: days * DAY_MS, evidenceRetentionMs: 30 * DAY_MS }
      await purgeOld(backend, retention, { now: 1000 * DAY_MS, signal: undefined })
      t.match(steps, [
        {
          messagesBefore: (1000 - days) * DAY_MS,
          transitBefore: (1000 - transitDays) * DAY_MS,
          evidenceBefore: 970 * DAY_MS,
        },
      ])
    }
  },
)

void t.test('steps go on until nothing is left, whatever kind was deleted', async t => {
  const kinds = ['messages', 'notes', 'evidence', 'waits'] as const
  const { steps, backend } = fakeDatabase(...kinds.map(kind => ({ ...NOTHING, [kind]: 3 })))
  const sum = await purgeOld(backend, {}, { now: 0, signal: undefined })
  t.same(sum, { messages: 3, notes: 3, evidence: 3, waits: 3 })
  t.equal(deletedRows(sum), 12)
  t.equal(steps.length, 5)
})

void t.test('a purge that is told to stop ends after its step', async t => {
  const { steps, backend } = fakeDatabase({ ...NOTHING, messages: 1 }, { ...NOTHING, messages: 1 })
  const signal = AbortSignal.abort()
  t.match(await purgeOld(backend, {}, { now: 0, signal }), { messages: 1 })
  t.equal(steps.length, 1)
})
