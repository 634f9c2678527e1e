import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../src/store/open-store.js'
import type { MessageRecord } from '../src/store/store.js'
import type { Transit } from '../src/store/transit.js'

/**
 * Measures what one record costs: messages a second, CPU of the main thread and of the whole
 * process (the difference is the worker and the garbage collector), and the slowest record. The
 * main thread's CPU comes from Linux; elsewhere it is not shown.
 *
 * Usage   node dist/bench/store-record.js [MESSAGES] [CONCURRENT] [lanes]
 *         With `lanes` each record has the facts that a next pass may believe.
 */
async function main(): Promise<void> {
  const messages = Number(process.argv[2] ?? 20_000)
  const concurrent = Number(process.argv[3] ?? 10)
  const hasNextPass = process.argv[4] === 'lanes'
  const directory = mkdtempSync(join(tmpdir(), 'postseal-bench-'))
  const store = await openStore({
    url: `sqlite:${join(directory, 'store.db')}`,
    deadlineMs: 10_000,
  })
  try {
    const record = (message: MessageRecord) =>
      store.record(hasNextPass ? { ...message, transit: exampleTransit(message) } : message)
    await drive(record, 'warm', Math.ceil(messages / 10), concurrent)
    const result = await drive(record, 'run', messages, concurrent)
    process.stdout.write(`${JSON.stringify({ messages, concurrent, ...result })}\n`)
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

async function drive(
  record: (message: MessageRecord) => Promise<void>,
  name: string,
  messages: number,
  concurrent: number,
) {
  let next = 0
  let slowestMs = 0
  const session = async (): Promise<void> => {
    while (next < messages) {
      const started = performance.now()
      await record(exampleRecord(name, (next += 1)))
      slowestMs = Math.max(slowestMs, performance.now() - started)
    }
  }
  const cpu = process.cpuUsage()
  const mainThread = mainThreadCpuUs()
  const started = performance.now()
  await Promise.all(Array.from({ length: concurrent }, session))
  const wallMs = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  const mainThreadUs = mainThreadCpuUs() - mainThread
  return {
    perSecond: Math.round((messages / wallMs) * 1000),
    ...(mainThreadUs > 0 ? { mainThreadCpuUs: round(mainThreadUs / messages) } : {}),
    processCpuUs: round((user + system) / messages),
    slowestMs: round(slowestMs),
  }
}

/** CPU time of this thread so far, from the first number of schedstat (nanoseconds). */
function mainThreadCpuUs(): number {
  const file = `/proc/self/task/${process.pid}/schedstat`
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1000 : 0
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** A record as a message of an ordinary office makes it: one recipient, a label, no finding. */
function exampleRecord(run: string, index: number): MessageRecord {
  const number = index.toString(36).padStart(8, '0')
  return {
    reference: `${run}-${number}-Zk3v9QpXw2LtR8`,
    customer: 'default',
    at: 1_790_000_000_000 + index,
    queueId: `4${number}zJ1`,
    messageId: `<${(index * 7919) % 1_000_003}.${number}@client.example.org>`,
    sender: 'alice.muster@example.org',
    authUser: 'alice',
    clientAddress: '192.0.2.44',
    sizeBytes: 4096,
    mode: 'enforce',
    reply: '250',
    tookMs: 1.25,
    decision: {
      class: 'high',
      labels: [
        {
          plugin: 'classify/subject-tag',
          id: 'subject-tag',
          class: 'high',
          why: 'The subject carries a tag of class high.',
        },
      ],
      content: {
        verdict: 'not-encrypted',
        system: null,
        coverage: 'none',
        strength: 'none',
        parts: [],
        why: 'No part is encrypted.',
      },
      recipients: [
        {
          address: 'bob@example.net',
          domain: 'example.net',
          level: 'qualified',
          action: 'deliver',
          lane: 'qtls',
          row: 'high.2',
          why: 'The domain is qualified.',
        },
      ],
    },
    pass: 'first',
    root: undefined,
    transit: undefined,
  }
}

/** What the first pass of such a message leaves. */
function exampleTransit({ reference, customer, queueId, at, sender }: MessageRecord): Transit {
  return {
    reference,
    root: reference,
    parent: undefined,
    pass: 'first',
    customer,
    queueId,
    firstAt: at,
    sender,
    recipient: undefined,
    bodyHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    floor: 'high',
    authUser: 'alice',
    clientCert: undefined,
    clientAddress: '192.0.2.44',
    pinned: 'qtls',
    tried: ['qtls'],
    signatures: 0,
    released: false,
    stated: undefined,
    sealed: undefined,
  }
}

await main()
