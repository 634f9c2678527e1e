import t from 'tap'
import type { Refusal } from '../../src/store/backend.js'
import { GatewayError } from '../../src/errors.js'
import { GroupCommit, type Clock } from '../../src/store/group-commit.js'
import type { MessageRecord } from '../../src/store/store.js'
import { sampleRecord } from '../support/store-records.js'

/** A clock that a test moves. */
function handClock() {
  let now = 0
  let alarms: { at: number; run: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    after: (ms, run) => void alarms.push({ at: now + ms, run }),
  }
  const move = (ms: number): void => {
    now += ms
    const due = alarms.filter(alarm => alarm.at <= now)
    alarms = alarms.filter(alarm => alarm.at > now)
    for (const alarm of due) alarm.run()
  }
  return { clock, move, waiting: () => alarms.length }
}

/** A database whose batches the test answers by hand. */
function handDatabase() {
  const batches: {
    records: readonly MessageRecord[]
    expires: number
    answer: (refusals?: readonly Refusal[]) => void
    fail: (reason: unknown) => void
  }[] = []
  const write = (records: readonly MessageRecord[], expires: number) =>
    new Promise<readonly Refusal[]>((resolve, reject) => {
      const answer = (refusals: readonly Refusal[] = records.map(() => null)) => resolve(refusals)
      batches.push({ records, expires, answer, fail: reject })
    })
  return { batches, write }
}

const tick = () => new Promise(resolve => setImmediate(resolve))
const options = { deadlineMs: 60_000, store: 'test' }
const late = { code: 'ERR_STORE_LATE', temporary: true }

void t.test('records of one tick share a batch, those that come meanwhile the next', async t => {
  const { batches, write } = handDatabase()
  const commits = new GroupCommit({ ...options, write, maxBatch: 3 })
  const first = [commits.add(sampleRecord()), commits.add(sampleRecord())]
  await tick()
  t.equal(batches[0]?.records.length, 2)
  const second = Array.from({ length: 4 }, () => commits.add(sampleRecord()))
  await tick()
  t.equal(batches.length, 1, 'one batch is on its way at a time')
  batches[0]?.answer()
  await Promise.all(first)
  await tick()
  t.equal(batches[1]?.records.length, 3, 'no more than the limit')
  batches[1]?.answer()
  await tick()
  t.equal(batches[2]?.records.length, 1)
  batches[2]?.answer()
  await Promise.all(second)
})

void t.test('a record resolves only when it is said to be durable', async t => {
  const { batches, write } = handDatabase()
  const commits = new GroupCommit({ ...options, write })
  const refusal = new GatewayError('ERR_STORE_REFUSED', { reason: 'test' })
  const results = [sampleRecord(), sampleRecord(), sampleRecord()].map(r => commits.add(r))
  const settled = Promise.allSettled(results)
  await tick()
  batches[0]?.answer([null, refusal])
  t.match(await settled, [
    { status: 'fulfilled' },
    { reason: { code: 'ERR_STORE_REFUSED' } },
    { reason: { code: 'ERR_BUG' } },
  ])
})

void t.test('what stops a batch fails all its records, and the next batch is tried', async t => {
  const { batches, write } = handDatabase()
  const commits = new GroupCommit({ ...options, write })
  for (const [thrown, code] of [
    [new GatewayError('ERR_STORE_FULL', { store: 's', reason: 'r' }), 'ERR_STORE_FULL'],
    [new TypeError('odd'), 'ERR_BUG'],
  ] as const) {
    const settled = Promise.allSettled([commits.add(sampleRecord()), commits.add(sampleRecord())])
    await tick()
    batches.at(-1)?.fail(thrown)
    t.match(await settled, [{ reason: { code } }, { reason: { code } }])
    await tick()
  }
  t.equal(batches.length, 2)
})

void t.test('every record has its own deadline, on its way or waiting', async t => {
  const { batches, write } = handDatabase()
  const { clock, move, waiting } = handClock()
  const commits = new GroupCommit({ ...options, write, clock, deadlineMs: 100 })
  const first = t.rejects(commits.add(sampleRecord()), late)
  await tick()
  t.equal(batches[0]?.expires, 100)
  move(60)
  const second = t.rejects(commits.add(sampleRecord()), late)
  t.equal(waiting(), 1, 'one timer for all')
  move(40)
  await first
  move(60)
  await second
  t.equal(waiting(), 0)
  batches[0]?.answer()
  await tick()
  t.equal(batches.length, 1, 'a record that was given up is not written')
  const third = commits.add(sampleRecord())
  await tick()
  batches[1]?.answer()
  await t.resolves(third)
})

void t.test('no more records wait than the limit', async t => {
  const { batches, write } = handDatabase()
  const commits = new GroupCommit({ ...options, write, maxWaiting: 2 })
  const taken = [commits.add(sampleRecord()), commits.add(sampleRecord())]
  await t.rejects(commits.add(sampleRecord()), { code: 'ERR_STORE_BUSY', temporary: true })
  await tick()
  batches[0]?.answer()
  await t.resolves(Promise.all(taken))
})
