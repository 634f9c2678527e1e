import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import type { JournalProcess } from '../../src/evidence/journal-process.js'
import { journalSource } from '../../src/evidence/journal-source.js'
import type { LogRead, ReadOptions } from '../../src/evidence/log-source.js'
import { recordLog } from '../support/log-recorder.js'

const NOW = 1_795_500_000_000

/** What one start of journalctl prints, and how it ends: not at all without `ends`. */
interface Script {
  readonly entries: readonly string[]
  readonly ends?: string | true
}

const cursorOf = (name: string): string => `s=1;i=${name};t=660ff6b4c9000`
const entry = (name: string, ms = NOW - 1000): string =>
  JSON.stringify({
    __CURSOR: cursorOf(name),
    __REALTIME_TIMESTAMP: String(ms * 1000),
    SYSLOG_IDENTIFIER: 'postfix/qmgr',
    SYSLOG_PID: '7',
    MESSAGE: name,
  })

interface Seen {
  readonly texts: readonly string[]
  readonly context: readonly string[]
  readonly position: string | undefined
  /** Of each start, the arguments that say where to begin. */
  readonly starts: readonly string[]
  readonly pauses: readonly number[]
  readonly stopped: number
}

/** Reads what `scripts` say; the last one that does not end is ended from here. */
async function follow(
  t: Test,
  scripts: readonly Script[],
  options: Partial<ReadOptions> = {},
  expected: readonly string[] = [],
): Promise<Seen> {
  const { log, expect } = recordLog(t)
  for (const event of expected) expect(event)
  const ending = new AbortController()
  const todo = [...scripts]
  const starts: string[] = []
  const pauses: number[] = []
  let stopped = 0
  const source = journalSource({
    log,
    users: [0],
    now: () => NOW,
    pause: async ms => void pauses.push(ms),
    start: (args): JournalProcess => {
      starts.push(
        args.filter(arg => /^--(?:cursor|since|lines|reverse|follow)/.test(arg)).join(' '),
      )
      const script = todo.shift()
      const output = new PassThrough()
      for (const line of script?.entries ?? []) output.write(`${line}\n`)
      if (script?.ends === undefined) setImmediate(() => ending.abort())
      else output.end()
      const complaint = script?.ends === true ? undefined : script?.ends
      return {
        output,
        ended: Promise.resolve(complaint),
        stop: async () => {
          stopped++
          output.destroy()
        },
      }
    },
  })
  t.equal(source.name, 'journal')
  const reads: LogRead[] = []
  const rest = { after: undefined, fromStart: true, once: false, signal: ending.signal }
  for await (const read of source.read({ ...rest, ...options })) reads.push(read)
  t.equal(stopped, starts.length, 'every process is ended')
  const textsOf = (isContext: boolean): string[] =>
    reads
      .filter(read => read.isContext === isContext)
      .flatMap(read => read.lines.map(one => one.text))
  const position = reads.at(-1)?.position
  return { texts: textsOf(false), context: textsOf(true), position, starts, pauses, stopped }
}

void t.test('all there is, to the end', async t => {
  const seen = await follow(t, [{ entries: [entry('A'), '{"x":1}', entry('B')], ends: true }], {
    once: true,
  })
  t.same(seen.texts, ['A', 'B'])
  t.equal(seen.position, cursorOf('B'))
  t.same(seen.starts, [''])
})

void t.test(
  'on from an entry, which is not read twice, with those before it as context',
  async t => {
    const seen = await follow(
      t,
      [
        { entries: [entry('B'), entry('A')], ends: true },
        { entries: [entry('B'), entry('C')], ends: true },
      ],
      { once: true, after: cursorOf('B') },
    )
    t.same(seen.context, ['A', 'B'])
    t.same(seen.texts, ['C'])
    t.same(seen.starts, [
      `--cursor=${cursorOf('B')} --reverse --lines=500`,
      `--cursor=${cursorOf('B')}`,
    ])
  },
)

void t.test('the entry of the cursor is gone: what comes in its place is new', async t => {
  const seen = await follow(
    t,
    [
      { entries: [], ends: true },
      { entries: [entry('C')], ends: true },
    ],
    {
      once: true,
      after: cursorOf('B'),
    },
  )
  t.same(seen.texts, ['C'])
})

void t.test('without a position the last entry only shows where the end is', async t => {
  const scripts = [{ entries: [entry('A'), entry('B', NOW + 1)] }]
  const seen = await follow(t, scripts, { fromStart: false })
  t.same(seen.texts, ['B'])
  t.equal(seen.position, cursorOf('B'))
  t.same(seen.starts, ['--follow --lines=1'])
})

void t.test('a cursor that is not understood: on from its time', async t => {
  const event = 'position in the journal not known any more, reading goes on by time'
  const failed = { entries: [], ends: 'Failed to seek to cursor: Invalid argument' }
  const scripts = [failed, failed, { entries: [entry('C')], ends: true as const }]
  const seen = await follow(t, scripts, { once: true, after: cursorOf('B') }, [event])
  t.same(seen.texts, ['C'])
  t.equal(seen.starts.at(-1), '--since=@1795499993.370624')
})

void t.test('journalctl that ends is started again, later each time, where it stopped', async t => {
  const again = 'journalctl ended, it is started again'
  const broken = { entries: [], ends: 'broken' }
  const scripts = [
    { entries: [entry('A')], ends: 'killed' },
    broken,
    broken,
    { entries: [entry('A'), entry('B')] },
  ]
  const seen = await follow(t, scripts, {}, [again])
  t.same(seen.texts, ['A', 'B'])
  t.same(
    seen.starts.slice(1),
    Array.from({ length: 3 }, () => `--follow --cursor=${cursorOf('A')}`),
  )
  t.same(
    seen.pauses.filter(ms => ms >= 1000),
    [1000, 2000, 4000],
  )
})

void t.test('to the end of a journal that cannot be read is an error', async t => {
  const scripts = [{ entries: [], ends: 'No journal files were opened' }]
  await t.rejects(follow(t, scripts, { once: true }), {
    code: 'ERR_EVIDENCE_LOG',
    message: 'the journal cannot be read: No journal files were opened',
  })
})

void t.test('at most 500 lines at once', async t => {
  const many = Array.from({ length: 1100 }, (_, index) => entry(`${index}`))
  const { log } = recordLog(t)
  const output = new PassThrough({ highWaterMark: 1_000_000 })
  output.end(`${many.join('\n')}\n`)
  const source = journalSource({
    log,
    users: [],
    pause: async () => undefined,
    start: () => ({ output, ended: Promise.resolve(undefined), stop: async () => undefined }),
  })
  const { signal } = new AbortController()
  const sizes: number[] = []
  for await (const read of source.read({ after: undefined, fromStart: true, once: true, signal }))
    if (read.lines.length > 0) sizes.push(read.lines.length)
  t.same(sizes, [500, 500, 100])
})
