import t from 'tap'
import { deliverAll, deliverNow, listQueue, parseEntry } from '../../src/postfix/queue.js'
import type { CommandOutput, RunPostfix } from '../../src/postfix/run.js'

/** Runs nothing: notes what it is asked and answers with `output`. */
function stub(output: Partial<CommandOutput>): { run: RunPostfix; asked: string[] } {
  const asked: string[] = []
  const run: RunPostfix = async (command, args) => {
    asked.push([command, ...args].join(' '))
    return { code: 0, stdout: '', stderr: '', ...output }
  }
  return { run, asked }
}

const ENTRY =
  '{"queue_name": "deferred", "queue_id": "4Xy1", "arrival_time": 1, "message_size": 9, "sender": "a@in.example", "recipients": [{"address": "b@x.example", "delay_reason": "host said: 451"}]}'.replace(
    '4Xy1',
    '4XyZ1abc',
  )

t.test('one message is tried at once, unless Postfix refuses or the id is none', async t => {
  const good = stub({})
  t.equal(await deliverNow(good.run, '4XyZ1abc'), true)
  t.same(good.asked, ['postqueue -i 4XyZ1abc'])
  t.equal(await deliverNow(stub({ code: 69 }).run, '4XyZ1abc'), false)
  for (const id of ['', '-f', 'ALL', 'a b', '../x', 'x'.repeat(40)])
    t.equal(await deliverNow(good.run, id), false, id)
  t.equal(good.asked.length, 1, 'nothing of that reached a command line')
})

t.test('everything is tried, or what Postfix says is thrown', async t => {
  const good = stub({})
  await deliverAll(good.run)
  t.same(good.asked, ['postqueue -f'])
  const bad = stub({ code: 69, stderr: 'postqueue: fatal: mail system is down' })
  await t.rejects(deliverAll(bad.run), { code: 'ERR_POSTFIX_REFUSED', message: /is down/ })
})

t.test('a listing gives its entries, whatever else stands in it', async t => {
  const listing = `${ENTRY}\n\nnot json\n{"queue_id": 5}\n[]\n${ENTRY.slice(0, 40)}\n`
  t.same(await listQueue(stub({ stdout: listing }).run), [
    {
      queueId: '4XyZ1abc',
      queue: 'deferred',
      recipients: [{ address: 'b@x.example', reason: 'host said: 451' }],
    },
  ])
})

t.test('an entry cut anywhere is an entry or nothing, never an error', async t => {
  let seen = 0
  for (let end = 0; end < ENTRY.length; end += 1) {
    t.equal(parseEntry(ENTRY.slice(0, end)), undefined)
    seen += 1
  }
  t.ok(seen > 100)
  t.match(parseEntry(ENTRY.replace('"address": "b@x.example"', '"address": 7')), {
    recipients: [{ address: '' }],
  })
})
