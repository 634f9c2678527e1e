import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { startLaneStage, type LaneStage } from '../demo/lanes/stage.js'
import { PRACTICE } from '../demo/lanes/world.js'
import { enterNamespace } from '../sandbox/namespace.js'

/** One way through the lanes, and what a number of messages cost on it. */
export interface LaneCost {
  readonly way: string
  readonly milliseconds: number
  /** Lines `status=` of the mail log, all recipients together. */
  readonly deliveries: number
}

interface Way {
  readonly name: string
  readonly to: readonly string[]
}

const WAYS: readonly Way[] = [
  { name: 'inside, no lane', to: [PRACTICE] },
  { name: 'bound in the first pass', to: ['labor.example'] },
  { name: 'by split, with somebody inside', to: ['labor.example', PRACTICE] },
  { name: 'handed back by qtls, then tls', to: ['klinik.example'] },
]

const CONNECTIONS = 10
const DEADLINE_MS = 240_000

/**
 * What lanes cost on a real Postfix, in a network of its own.
 *
 * Shape   arguments: number of messages, number of rounds; standard output is one LaneCost a line.
 */
await enterNamespace()
const [messages = 100, rounds = 3] = process.argv.slice(2).map(Number)
const stage = await startLaneStage(() => undefined)
try {
  for (const way of WAYS) await measure(way, 10, stage)
  for (let round = 0; round < rounds; round += 1)
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed())
      process.stdout.write(`${JSON.stringify(await measure(way, messages, stage))}\n`)
} finally {
  await stage.stop()
}
process.exit(0)

/** Sends so many messages and waits until the last one is where it belongs. */
async function measure({ name, to }: Way, count: number, lanes: LaneStage): Promise<LaneCost> {
  const before = arrived(to, lanes)
  const logged = await deliveries(lanes)
  const started = performance.now()
  await send(count, to, lanes.postfix.smtpPort)
  for (const end = Date.now() + DEADLINE_MS; arrived(to, lanes) < before + count * to.length;) {
    if (Date.now() > end) throw new Error(`${name}: not everything arrived`)
    await sleep(5)
  }
  const milliseconds = performance.now() - started
  return { way: name, milliseconds, deliveries: (await deliveries(lanes)) - logged }
}

async function send(count: number, to: readonly string[], port: number): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
    pool: true,
    maxConnections: CONNECTIONS,
  })
  const text = `${'Guten Tag. '.repeat(6)}\r\n`.repeat(60)
  const letter = { from: `empfang@${PRACTICE}`, to: to.map(domain => `a@${domain}`), text }
  await Promise.all(Array.from({ length: count }, () => transport.sendMail(letter)))
  transport.close()
}

function arrived(to: readonly string[], { receivers }: LaneStage): number {
  return to.reduce((sum, domain) => sum + (receivers.get(domain)?.arrivals.length ?? 0), 0)
}

async function deliveries({ postfix }: LaneStage): Promise<number> {
  return (await postfix.logLines()).filter(line => line.includes(' status=')).length
}
