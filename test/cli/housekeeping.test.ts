import t from 'tap'
import { startHousekeeping } from '../../src/cli/housekeeping.js'
import { recordLog } from '../support/log-recorder.js'

const NOTHING = { messages: 0, notes: 0, evidence: 0, waits: 0 }

t.test('old records are deleted at start, and a failure is an error in the log', async t => {
  const { log, lines, expect } = recordLog(t)
  expect('old records not deleted')
  await startHousekeeping({ purge: async () => ({ ...NOTHING, messages: 3 }) }, log).stop()
  await startHousekeeping({ purge: async () => NOTHING }, log).stop()
  const failing = startHousekeeping({ purge: () => Promise.reject(new Error('locked')) }, log)
  await new Promise(resolve => setImmediate(resolve))
  await failing.stop()
  t.strictSame(lines, [
    { level: 'error', event: 'old records not deleted', fields: { reason: 'locked' } },
  ])
})

t.test('stopping ends a deletion under way', async t => {
  let given: AbortSignal | undefined
  const keeper = startHousekeeping(
    {
      purge: options => {
        given = options?.signal
        return new Promise((_, reject) =>
          given?.addEventListener('abort', () => reject(new Error('aborted'))),
        )
      },
    },
    recordLog(t).log,
  )
  await new Promise(resolve => setImmediate(resolve))
  await keeper.stop()
  t.equal(given?.aborted, true)
})
