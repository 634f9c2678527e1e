import t from 'tap'
import type { RunPostfix } from '../../src/postfix/run.js'
import { flushLanes } from '../../src/upkeep/flush.js'
import { recordLog } from '../support/log-recorder.js'

const LISTENERS = ['127.0.0.1:10026', '127.0.0.1:10027']

function entry(queueId: string, reason: string, queue = 'deferred'): string {
  return JSON.stringify({
    queue_name: queue,
    queue_id: queueId,
    recipients: [{ address: 'b@x.example', delay_reason: reason }],
  })
}

function postfixWith(...entries: string[]): { run: RunPostfix; asked: string[] } {
  const asked: string[] = []
  const run: RunPostfix = async (_, args) => {
    asked.push(args.join(' '))
    return { code: 0, stdout: args[0] === '-j' ? entries.join('\n') : '', stderr: '' }
  }
  return { run, asked }
}

t.test('only what was deferred because of us is tried again', async t => {
  const { log } = recordLog(t)
  const { run, asked } = postfixWith(
    entry('AAAAA1', 'host 127.0.0.1 said: 451 4.7.1 Service unavailable - try again later'),
    entry('AAAAA2', 'connect to 127.0.0.1:10026: Connection refused'),
    entry('AAAAA3', 'connect to mx.x.example[192.0.2.1]:25: Connection timed out'),
    entry('AAAAA4', 'host said: 451 4.7.1 <b@x>: … Waiting until the domain has been tested'),
    entry('AAAAA5', 'milter-reject', 'hold'),
    entry('AAAAA6', '4.7.1 Mail protection is not available, try again later'),
  )
  t.equal(await flushLanes(run, LISTENERS, log), 3)
  t.same(asked, ['-j', '-i AAAAA1', '-i AAAAA2', '-i AAAAA6'])
})

t.test('what Postfix refuses to try is said', async t => {
  const { log, lines, expect } = recordLog(t)
  expect('Postfix does not try deferred messages at once')
  const { run } = postfixWith(
    entry('AAAAA1', 'mail protection'),
    entry('AAAAA2', 'mail protection'),
  )
  const refusing: RunPostfix = async (command, args) => {
    const result = await run(command, args)
    return args.join(' ') === '-i AAAAA2' ? { ...result, code: 69 } : result
  }
  t.equal(await flushLanes(refusing, LISTENERS, log), 2)
  t.match(lines, [
    { level: 'warn', fields: { count: 1, queue_id: 'AAAAA2' } },
    { level: 'info', fields: { count: 2 } },
  ])
})

t.test('many are tried with one call', async t => {
  const { log } = recordLog(t)
  const many = Array.from({ length: 201 }, (_, at) => entry(`A${1000 + at}`, 'mail protection'))
  const { run, asked } = postfixWith(...many)
  t.equal(await flushLanes(run, LISTENERS, log), 201)
  t.same(asked, ['-j', '-f'])
})

t.test('an empty queue needs nothing', async t => {
  const { log } = recordLog(t)
  const { run, asked } = postfixWith()
  t.equal(await flushLanes(run, LISTENERS, log), 0)
  t.same(asked, ['-j'])
})
