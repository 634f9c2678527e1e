import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import type { MadeVerdict } from '../../src/qtls/make-verdict.js'
import { runProbes, type Task, type TaskResult } from '../../src/qtls/probe-run.js'

const { signal } = new AbortController()
const made = {} as MadeVerdict

async function* tasks(...domains: string[]): AsyncGenerator<Task> {
  for (const domain of domains) yield { domain, tries: 0 }
}

await t.test('no more than so many at a time, and all of them', async t => {
  let under = 0
  let most = 0
  const done: string[] = []
  const maker = {
    make: async () => {
      under += 1
      most = Math.max(most, under)
      await new Promise(next => setImmediate(next))
      under -= 1
      return made
    },
  }
  const onResult = ({ domain }: TaskResult): void => void done.push(domain)
  await runProbes(tasks('a', 'b', 'c', 'd', 'e'), { maker, concurrency: 2, onResult }, signal)
  t.equal(most, 2)
  t.same(done.sort(), ['a', 'b', 'c', 'd', 'e'])
})

await t.test('what fails for one domain is said of it, and the rest goes on', async t => {
  const results: TaskResult[] = []
  const maker = {
    make: async (domain: string) => {
      if (domain === 'b') throw new Error('odd')
      return made
    },
  }
  const onResult = (result: TaskResult): void => void results.push(result)
  await runProbes(tasks('a', 'b', 'c'), { maker, concurrency: 1, onResult }, signal)
  t.match(results, [
    { domain: 'a', made },
    { domain: 'b', error: 'odd' },
    { domain: 'c', made },
  ])
})

await t.test('trouble of ours ends the run', async t => {
  const maker = { make: () => Promise.reject(new GatewayError('ERR_STORE_CLOSED')) }
  const run = runProbes(tasks('a'), { maker, concurrency: 3, onResult: () => undefined }, signal)
  await t.rejects(run, { code: 'ERR_STORE_CLOSED' })
})

await t.test('whoever ends it gets no half results', async t => {
  const end = new AbortController()
  const results: TaskResult[] = []
  const maker = {
    make: async (domain: string, given: AbortSignal) => {
      if (domain === 'b') end.abort(new Error('enough'))
      given.throwIfAborted()
      return made
    },
  }
  const onResult = (result: TaskResult): void => void results.push(result)
  await runProbes(tasks('a', 'b', 'c'), { maker, concurrency: 1, onResult }, end.signal)
  t.same(
    results.map(({ domain }) => domain),
    ['a'],
  )
})
