import t, { type Test } from 'tap'
import {
  followLog,
  readToEnd,
  startFollower,
  type FollowerOptions,
} from '../../src/evidence/follower.js'
import type { LogRead, LogSource, ReadOptions } from '../../src/evidence/log-source.js'
import { GatewayError } from '../../src/errors.js'
import type { EvidenceBatch } from '../../src/store/evidence.js'
import { parsedLine } from '../support/evidence-log.js'
import { recordLog } from '../support/log-recorder.js'

const line = (process: string, text: string) =>
  parsedLine(`Nov 24 10:00:00 mail postfix/${process}: ${text}`)
const read = (position: string | undefined, ...texts: readonly string[]): LogRead => ({
  lines: texts.map(text => line('qmgr[1]', text)),
  position,
  isContext: false,
})

/** A read, a failure of the source, or something that happens between two reads. */
type Step = LogRead | Error | (() => void)

interface World {
  readonly options: FollowerOptions
  readonly saved: EvidenceBatch[]
  readonly opened: ReadOptions[]
  readonly pauses: number[]
  readonly signal: AbortSignal
  readonly end: () => void
  readonly expect: (event: string) => void
  readonly later: (ms: number) => void
}

/** A follower of a source that does `runs`, one list each time that it is opened, and then ends it. */
function world(
  t: Test,
  runs: readonly (readonly Step[])[],
  failures: Error[] = [],
  stored?: string,
): World {
  const { log, expect } = recordLog(t)
  const ending = new AbortController()
  const saved: EvidenceBatch[] = []
  const opened: ReadOptions[] = []
  const pauses: number[] = []
  const todo = [...runs]
  let time = 0
  let position = stored
  const source: LogSource = {
    name: 'file:/log',
    async *read(options) {
      opened.push(options)
      for (const step of todo.shift() ?? []) {
        if (step instanceof Error) throw step
        if (typeof step === 'function') step()
        else yield step
      }
      if (todo.length === 0) ending.abort()
    },
  }
  return {
    options: {
      source,
      host: 'gw1',
      log,
      now: () => time,
      pause: async ms => void pauses.push(ms),
      store: {
        saveEvidence: async batch => {
          const failure = failures.shift()
          if (failure !== undefined) throw failure
          saved.push(batch)
          position = batch.position.position
        },
        followPosition: async name =>
          position === undefined ? undefined : { source: name, position },
      },
    },
    saved,
    opened,
    pauses,
    signal: ending.signal,
    end: () => ending.abort(),
    expect,
    later: ms => void (time += ms),
  }
}

const removals = ({ saved }: World) =>
  saved.map(batch => [batch.position.position, ...batch.removed])

void t.test('what lines say is kept with the position behind them', async t => {
  const one = world(t, [[read('5', 'A1B2C3D: removed'), read('9', 'B1B2C3D: removed')]], [], '1')
  await followLog(one.options, one.signal)
  t.same(removals(one), [
    ['5', 'A1B2C3D'],
    ['9', 'B1B2C3D'],
  ])
  t.match(one.saved[0], {
    position: { source: 'gw1 file:/log', position: '5' },
    deliveries: [],
    attempts: [],
  })
  t.match(one.opened, [{ after: '1', fromStart: false, once: false }])
})

void t.test('context is not kept again, but tells what processes were doing', async t => {
  const relay = 'mx[192.0.2.1]:25'
  const tls = `Verified TLS connection established to ${relay}: TLSv1.3 with cipher X (256/256 bits)`
  const sent = `relay=${relay}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (x)`
  const context = {
    lines: [line('smtp[2]', `A1B2C3D: to=<old@x>, ${sent}`), line('smtp[2]', tls)],
    position: '5',
    isContext: true,
  }
  const news = { ...read('9'), lines: [line('smtp[2]', `B1B2C3D: to=<bob@x>, ${sent}`)] }
  const one = world(t, [[context, news]])
  await followLog(one.options, one.signal)
  t.match(
    one.saved.flatMap(batch => batch.deliveries),
    [{ recipient: 'bob@x', tls: { trust: 'Verified' } }],
  )
})

void t.test(
  'lines that say nothing move the position now and then, which is a sign of life',
  async t => {
    const quiet = [read('1'), read('2'), read('3')]
    const one = world(t, [[...quiet, () => one.later(5_000), read('4'), read('5')]])
    await followLog(one.options, one.signal)
    t.same(removals(one), [['1'], ['4']])
    const unknown = world(t, [[read(undefined)]])
    await followLog(unknown.options, unknown.signal)
    t.same(unknown.saved, [], 'no place, no position')
  },
)

void t.test(
  'what cannot be kept is tried again until it can, and nothing is read meanwhile',
  async t => {
    const failures = Array.from({ length: 10 }, () => new GatewayError('ERR_STORE_CLOSED'))
    const steps = [
      read('5', 'A1B2C3D: removed'),
      () => void t.same(failures, []),
      read('9', 'B1B2C3D: removed'),
    ]
    const one = world(t, [steps], failures)
    one.expect('what the log of Postfix says cannot be kept, tried again')
    await followLog(one.options, one.signal)
    t.same(removals(one), [
      ['5', 'A1B2C3D'],
      ['9', 'B1B2C3D'],
    ])
    t.same(one.pauses.slice(0, 10), [200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000])
  },
)

void t.test('the end comes also while the store does not answer', async t => {
  const failures = Array.from({ length: 3 }, () => new Error('locked'))
  const one = world(t, [[read('5', 'A1B2C3D: removed'), read('9')]], failures)
  one.expect('what the log of Postfix says cannot be kept, tried again')
  const pause = async (ms: number): Promise<void> => {
    if (one.pauses.push(ms) === 2) one.end()
  }
  await followLog({ ...one.options, pause }, one.signal)
  t.same(one.saved, [])
})

void t.test('a log that cannot be read is opened again where the last kept line was', async t => {
  const broken = new GatewayError('ERR_EVIDENCE_LOG', { log: '/log', reason: 'EIO' })
  const one = world(t, [
    [read('5', 'A1B2C3D: removed'), broken],
    [broken],
    [read('9', 'B1B2C3D: removed')],
  ])
  one.expect('the log of Postfix cannot be followed, tried again')
  await followLog(one.options, one.signal)
  t.same(removals(one), [
    ['5', 'A1B2C3D'],
    ['9', 'B1B2C3D'],
  ])
  t.match(one.opened, [{ after: undefined }, { after: '5' }, { after: '5' }])
  t.same(one.pauses.slice(0, 2), [200, 400])
})

void t.test('to the end: the last position is kept, and a failure is the caller’s', async t => {
  const kept: EvidenceBatch[] = []
  const one = world(t, [[read('5', 'A1B2C3D: removed'), read('6'), read('7')]])
  await readToEnd(
    { ...one.options, fromStart: true, onKept: batch => kept.push(batch) },
    one.signal,
  )
  t.same(removals(one), [['5', 'A1B2C3D'], ['7']])
  t.same(kept, one.saved)
  t.match(one.opened, [{ once: true, fromStart: true }])
  const broken = world(t, [[new GatewayError('ERR_EVIDENCE_LOG', { log: '/log', reason: 'EIO' })]])
  await t.rejects(readToEnd(broken.options, broken.signal), { code: 'ERR_EVIDENCE_LOG' })
})

void t.test('a follower that is stopped has ended', async t => {
  const one = world(t, [])
  let isOver = false
  const source: LogSource = {
    name: 'journal',
    async *read({ signal }) {
      try {
        yield read('1')
        if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
      } finally {
        isOver = true
      }
    },
  }
  let onKept = (): void => undefined
  const kept = new Promise<void>(resolve => (onKept = resolve))
  const follower = startFollower({ ...one.options, source, onKept: () => onKept() })
  await kept
  await follower.stop()
  t.equal(isOver, true)
})
