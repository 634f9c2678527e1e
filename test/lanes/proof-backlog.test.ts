import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'

/** `npm run chaos -- --backlog 10000` sets it; in the suite there are few. */
const COUNT = Number(process.env['POSTSEAL_BACKLOG'] ?? '50')
/** Half of them come by sendmail(1), which takes mail without a milter; the others wait at split. */
const HALF = Math.ceil(COUNT / 2)
const AT_ONCE = 4
/** Long before Postfix would try by itself: its own back-off is five minutes here. */
const STALL_MS = 60_000
/** A minute for fifty. */
const LIMIT_MS = 50_000 + COUNT * 200

t.setTimeout(180_000 + COUNT * 500)
await enterNamespace()

await t.test(
  'what comes, or is on its way, while the milter is down is delivered when it is back',
  async t => {
    const lab = await LaneLab.start(t, { mainCf: { minimal_backoff_time: '300s' } })
    const split = numbers(HALF).map(number => `split.${number}@good.test`)
    await lab.does('pause', '--reason', 'a backlog is to be made')
    // To two recipients, so that it goes by split; the other one is inside.
    await inParallel(split, to => lab.send({ to: [to, 'inside@home.test'], class: 'high' }))
    await lab.daemon.end('SIGKILL')
    await lab.does('resume', '--reason', 'the backlog is made')
    const local = numbers(COUNT - HALF).map(number => `local.${number}@good.test`)
    await inParallel(local, to => lab.sendmail({ to: [to], class: 'high' }))
    t.match(await lab.refused({ to: ['early@good.test'], class: 'high' }), /^4/)
    t.equal(lab.server('good.test').arrivals.length, 0, 'nothing left without a milter')

    const started = Date.now()
    await lab.startDaemon()
    const { arrivals } = lab.server('good.test')
    let longestMs = 0
    let last = { seen: 0, at: Date.now() }
    while (arrivals.length < COUNT && Date.now() - started < LIMIT_MS) {
      await sleep(100)
      if (arrivals.length > last.seen) last = { seen: arrivals.length, at: Date.now() }
      longestMs = Math.max(longestMs, Date.now() - last.at)
      if (longestMs > STALL_MS) break
    }
    const seconds = Math.round((Date.now() - started) / 1000)
    t.comment(`${arrivals.length} in ${seconds} s; the longest pause was ${longestMs} ms`)
    const reached = new Set(arrivals.flatMap(({ recipients }) => recipients))
    t.same(
      [...split, ...local].filter(one => !reached.has(one)),
      [],
      'everybody has it',
    )
    t.equal(arrivals.length, COUNT, 'nobody has it twice')
    t.ok(
      arrivals.every(({ tls }) => tls !== undefined),
      'all of it encrypted',
    )
    t.ok(longestMs < STALL_MS, 'it never stood still')
    await lab.send({ to: ['late@good.test'], class: 'high' })
    await lab.arrived('late@good.test')
  },
)

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}

async function inParallel(all: readonly string[], work: (one: string) => Promise<unknown>) {
  const rest = [...all]
  const worker = async (): Promise<void> => {
    for (let one = rest.pop(); one !== undefined; one = rest.pop()) await work(one)
  }
  await Promise.all(numbers(AT_ONCE).map(worker))
}
