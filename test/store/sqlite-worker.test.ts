import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import t from 'tap'
import { serve } from '../../src/store/sqlite-worker.js'
import type { WorkerAnswer, WorkerRequest } from '../../src/store/worker-protocol.js'
import { sampleRecord } from '../support/store-records.js'

void t.test('requests are answered in order, each under its number', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'postseal-worker-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const { port1, port2 } = new MessageChannel()
  serve(port2, { path: join(directory, 'store.db'), busyMs: 50 })
  const record = sampleRecord()
  const requests: WorkerRequest[] = [
    { id: 1, kind: 'open', create: true },
    { id: 2, kind: 'write', json: JSON.stringify([record]), expires: Number.MAX_SAFE_INTEGER },
    { id: 3, kind: 'run', name: 'findMessages', input: { customer: '*', id: record.reference } },
    { id: 4, kind: 'check' },
    { id: 5, kind: 'write', json: '[', expires: Number.MAX_SAFE_INTEGER },
    { id: 6, kind: 'odd' } as never,
    { id: 7, kind: 'close' },
  ]
  const answers: WorkerAnswer[] = []
  port1.on('message', (answer: WorkerAnswer) => answers.push(answer))
  for (const request of requests) port1.postMessage(request)
  await new Promise(resolve => port1.once('close', resolve))
  t.match(answers, [
    { id: 1, value: undefined },
    { id: 2, value: [null] },
    { id: 3, value: [record] },
    { id: 4, value: [] },
    { id: 5, failure: { code: 'ERR_BUG' } },
    { id: 6, failure: { code: 'ERR_BUG' } },
    { id: 7 },
  ])
  t.equal(answers.length, requests.length)
})
