import {
  appendFileSync,
  copyFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileSource } from '../../src/evidence/file-source.js'
import type { LogRead, ReadOptions } from '../../src/evidence/log-source.js'
import { recordLog } from '../support/log-recorder.js'

const line = (text: string): string => `Nov 24 10:00:00 mail postfix/qmgr[1]: ${text}\n`

/** More looks than the source takes until it asks whether its file is still the log. */
const LOOKS_A_STEP = 45

interface Seen {
  readonly texts: string[]
  readonly context: string[]
  readonly position: string | undefined
  readonly reads: readonly LogRead[]
}

/** Reads while `steps` are done, one after the other, each when the source has been idle for a while. */
async function follow(
  t: Test,
  path: string,
  steps: readonly (() => unknown)[],
  options: Partial<ReadOptions> = {},
  expected: readonly string[] = [],
): Promise<Seen> {
  const { log, expect } = recordLog(t)
  for (const event of expected) expect(event)
  const ending = new AbortController()
  const todo = [...steps]
  let looks = 0
  const source = fileSource({
    path,
    log,
    pause: async () => {
      if (++looks % LOOKS_A_STEP !== 0) return
      const step = todo.shift()
      if (step === undefined) ending.abort()
      else step()
    },
  })
  t.equal(source.name, `file:${path}`)
  const reads: LogRead[] = []
  const rest = { after: undefined, fromStart: true, once: false, signal: ending.signal }
  for await (const read of source.read({ ...rest, ...options })) reads.push(read)
  const textsOf = (isContext: boolean): string[] =>
    reads
      .filter(read => read.isContext === isContext)
      .flatMap(read => read.lines.map(one => one.text))
  return { texts: textsOf(false), context: textsOf(true), position: reads.at(-1)?.position, reads }
}

const logIn = (t: Test, content?: string): string =>
  join(t.testdir(content === undefined ? {} : { log: content }), 'log')

void t.test('lines come as they are written, whole', async t => {
  const path = logIn(t, line('A'))
  const { texts, reads } = await follow(t, path, [
    () => appendFileSync(path, line('B') + line('C').slice(0, 20)),
    () => appendFileSync(path, line('C').slice(20)),
  ])
  t.same(texts, ['A', 'B', 'C'])
  t.ok(
    reads.some(read => read.lines.length === 0 && !read.isContext),
    'signs of life between them',
  )
})

void t.test('without a position only what is written from now on', async t => {
  const path = logIn(t, line('A'))
  const { texts, context } = await follow(t, path, [() => appendFileSync(path, line('B'))], {
    fromStart: false,
  })
  t.same(texts, ['B'])
  t.same(context, ['A'])
})

void t.test('a log that is not there yet is new when it comes', async t => {
  const path = logIn(t)
  const steps = [() => writeFileSync(path, line('A'))]
  const { texts } = await follow(t, path, steps, { fromStart: false })
  t.same(texts, ['A'])
})

void t.test('to the end and no further, and on from there', async t => {
  const path = logIn(t, line('A') + line('B').slice(0, 20))
  const first = await follow(t, path, [], { once: true })
  t.same(first.texts, ['A'])
  appendFileSync(path, line('B').slice(20))
  const second = await follow(t, path, [], { once: true, after: first.position })
  t.same(second.texts, ['B'])
  t.same(second.context, ['A'])
  const third = await follow(t, path, [], { once: true, after: second.position })
  t.same(third.texts, [])
})

void t.test('to the end of nothing is an error', async t => {
  const path = logIn(t)
  await t.rejects(follow(t, path, [], { once: true }), {
    code: 'ERR_EVIDENCE_LOG',
    message: /log cannot be read: there is no such file/,
  })
})

void t.test(
  'rotation by renaming loses nothing, also what is still written to the old file',
  async t => {
    const path = logIn(t, line('A'))
    const { texts } = await follow(t, path, [
      () => renameSync(path, `${path}.1`),
      () => appendFileSync(`${path}.1`, line('B')),
      () => writeFileSync(path, ''),
      () => appendFileSync(`${path}.1`, line('C').trimEnd()),
      () => appendFileSync(path, line('D')),
      () => renameSync(path, `${path}.2`),
      () => writeFileSync(path, line('E')),
    ])
    t.same(texts, ['A', 'B', 'C', 'D', 'E'])
  },
)

void t.test('a file that is compressed away at once was read to its end', async t => {
  const path = logIn(t, line('A'))
  const { texts } = await follow(t, path, [
    () => {
      appendFileSync(path, line('B'))
      rmSync(path)
      writeFileSync(path, line('C'))
    },
  ])
  t.same(texts, ['A', 'B', 'C'])
})

void t.test('rotation by copy loses nothing that the copy has', async t => {
  const path = logIn(t, line('A'))
  const { texts } = await follow(t, path, [
    () => {
      appendFileSync(path, line('B').repeat(20))
      copyFileSync(path, `${path}.1`)
      truncateSync(path, 0)
    },
    () => appendFileSync(path, line('C')),
  ])
  t.same(texts, ['A', ...Array.from({ length: 20 }, () => 'B'), 'C'])
})

void t.test('a log that is written anew is read anew, and that is said', async t => {
  const path = logIn(t, line('A'))
  const steps = [
    () => {
      truncateSync(path, 0)
      appendFileSync(path, line('B').repeat(3))
    },
  ]
  const missing = 'lines of the log of Postfix may be missing, the file that was read is gone'
  const { texts } = await follow(t, path, steps, {}, [missing])
  t.same(texts, ['A', 'B', 'B', 'B'])
})

void t.test('rotated while nobody looked: the rest of the old file first', async t => {
  const path = logIn(t, line('A') + line('B'))
  const first = await follow(t, path, [], { once: true })
  appendFileSync(path, line('C').trimEnd())
  renameSync(path, `${path}.1`)
  writeFileSync(path, line('D'))
  const second = await follow(t, path, [], { once: true, after: first.position })
  t.same(second.texts, ['C', 'D'])
  t.same(second.context, ['A', 'B'])
})

void t.test('a position that is not understood is said, and reading begins at the end', async t => {
  const path = logIn(t, line('A'))
  const event = 'position in the log of Postfix not understood, reading begins anew'
  const options = { after: 's=1;i=2', fromStart: false, once: true }
  t.same((await follow(t, path, [], options, [event])).texts, [])
})
