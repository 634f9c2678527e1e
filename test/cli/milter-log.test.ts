import t from 'tap'
import { milterLog } from '../../src/cli/milter-log.js'
import { recordLog } from '../support/log-recorder.js'

t.test('what the milter library reports is one line with the queue id', async t => {
  const { log, lines, expect } = recordLog(t)
  expect('milter: spool-failed')
  const write = milterLog(log)
  write({ kind: 'cut', level: 'info', connection: 3, reason: 'closing' })
  write({
    kind: 'spool-failed',
    level: 'error',
    connection: 4,
    reason: 'not written',
    queueId: '4XyZ',
    error: new Error('ENOSPC'),
  })
  t.strictSame(lines, [
    {
      level: 'info',
      event: 'milter: cut',
      fields: { queue_id: undefined, count: 3, reason: 'closing' },
    },
    {
      level: 'error',
      event: 'milter: spool-failed',
      fields: { queue_id: '4XyZ', count: 4, reason: 'not written: ENOSPC' },
    },
  ])
})
