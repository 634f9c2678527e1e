import { PassThrough } from 'node:stream'
import t from 'tap'
import { streamChunks } from '../../src/evidence/stream-chunks.js'

const never = new AbortController().signal

void t.test('bytes come as they arrive, until the end', async t => {
  const stream = new PassThrough()
  const chunks = streamChunks(stream, 60_000, never)
  const first = chunks.next()
  stream.write('one')
  t.match(await first, { value: Buffer.from('one'), done: false })
  stream.write('two')
  t.match(await chunks.next(), { value: Buffer.from('two') })
  const last = chunks.next()
  stream.end()
  t.match(await last, { done: true })
  t.equal(stream.listenerCount('readable'), 0)
})

void t.test('a quiet stream says so, and loses nothing', async t => {
  const stream = new PassThrough()
  const chunks = streamChunks(stream, 1, never)
  t.match(await chunks.next(), { value: undefined, done: false })
  stream.write('one')
  t.match(await chunks.next(), { value: Buffer.from('one') })
  stream.destroy()
  t.match(await chunks.next(), { done: true })
})

void t.test('a signal ends the wait', async t => {
  const ending = new AbortController()
  const chunks = streamChunks(new PassThrough(), 60_000, ending.signal)
  const waiting = chunks.next()
  ending.abort()
  t.match(await waiting, { done: true })
})
