import t from 'tap'
import type { RunPostfix } from '../../src/postfix/run.js'
import type { Waiting } from '../../src/store/transit.js'
import { wakeAnswered } from '../../src/upkeep/wake.js'
import { recordLog } from '../support/log-recorder.js'

function row(queueId: string | undefined): Waiting {
  return { queueId, reference: 'ref', domain: 'x.example' } as Waiting
}

t.test('those whose answer is there are tried at once', async t => {
  const { log, expect, lines } = recordLog(t)
  expect('Postfix does not try a waiting message at once')
  const asked: string[] = []
  const run: RunPostfix = async (_, args) => {
    asked.push(args.join(' '))
    return { code: args[1] === 'GONE12345' ? 69 : 0, stdout: '', stderr: '' }
  }
  const rows = [row('AAAAA1'), row(undefined), row('GONE12345'), row('AAAAA2'), row('AAAAA1')]
  const woken = await wakeAnswered(
    { waitingToWake: async () => rows },
    run,
    log,
    async () => void asked.push('maps'),
  )
  t.equal(woken, 2)
  t.same(asked, ['maps', '-i AAAAA1', '-i GONE12345', '-i AAAAA2'])
  t.match(lines, [{ fields: { queue_id: 'GONE12345', reference: 'ref' } }])
})
