import type { QuestionStore } from '../../src/store/questions.js'
import type { GatewayDependencies } from '../../src/gateway/visit.js'
import { memorySealing, type MemorySealing } from './gateway-sealing.js'
import type { NewNotice } from '../../src/store/outbox.js'
import type { QueueEntryLog } from '../../src/store/evidence.js'
import type { DomainLevel, MessageRecord } from '../../src/store/store.js'
import type { Waiting, WaitingEntry } from '../../src/store/transit.js'

/** What a gateway of a test has written, and what a test may change behind its back. */
export interface MemoryStore {
  readonly store: GatewayDependencies['store']
  readonly records: MessageRecord[]
  readonly levels: Map<string, DomainLevel['level']>
  readonly waiting: Map<string, Waiting>
  readonly ended: string[]
  readonly notices: NewNotice[]
  readonly probes: string[]
  readonly queue: Map<string, QueueEntryLog>
  readonly sealed: MemorySealing
  paused: boolean
}

/** A store that lives in memory and answers at once. */
export function memoryStore(levels: Readonly<Record<string, DomainLevel['level']>>): MemoryStore {
  const sealed = memorySealing()
  const memory: Omit<MemoryStore, 'store'> = {
    records: [],
    levels: new Map(Object.entries(levels)),
    waiting: new Map(),
    ended: [],
    notices: [],
    probes: [],
    queue: new Map(),
    sealed,
    paused: false,
  }
  const store: GatewayDependencies['store'] = {
    record: async message => void memory.records.push(message),
    levels: async (_, domains) =>
      new Map(
        domains.flatMap(domain => {
          const level = memory.levels.get(domain)
          const entry = { domain, level, until: undefined, match: [], dane: false }
          return level === undefined ? [] : [[domain, { ...entry, level }]]
        }),
      ),
    findMessages: async (customer, id) =>
      memory.records.filter(
        record =>
          (customer === '*' || record.customer === customer) &&
          (record.messageId === id || record.reference === id),
      ),
    paused: async () => memory.paused,
    transit: async reference =>
      memory.records.find(record => record.reference === reference)?.transit,
    wait: async entry => {
      const row = seated(memory.waiting.get(entry.key), entry)
      memory.waiting.set(entry.key, row)
      return row
    },
    waiting: async key => memory.waiting.get(key),
    endWait: async (key, how) => {
      if (memory.waiting.delete(key)) memory.ended.push(how)
    },
    queueEntry: async queueId => memory.queue.get(queueId) ?? { deliveries: [], attempts: [] },
    addNotice: async notice => void memory.notices.push(notice),
    requestProbe: async (domain, why, quota) => {
      const whose = quota === undefined ? '' : ` for ${quota.asker}, ${quota.perHour} an hour`
      memory.probes.push(`${domain}: ${why}${whose}`)
    },
    sealing: sealed.sealing,
    questions: NO_QUESTIONS,
    referenceKey: async () => Buffer.alloc(32, 7),
    close: async () => undefined,
  }
  return Object.assign(memory, { store })
}

/** A test that asks brings a store of its own. */
const NO_QUESTIONS: QuestionStore = {
  ask: () => Promise.reject(new Error('nobody asks here')),
  ofGuest: async () => undefined,
  endInSilence: async () => undefined,
  addToken: async () => undefined,
  openByToken: async () => undefined,
  question: async () => undefined,
  answer: async () => ({ kind: 'refused', why: 'closed' }),
  noteIgnored: async () => undefined,
  find: async () => [],
}

function seated(known: Waiting | undefined, { at, ...entry }: WaitingEntry): Waiting {
  const nobody = { verdict: undefined, decidedBy: undefined, decidedAt: undefined }
  const decided = known ?? { ...nobody, reason: undefined, since: entry.since, tries: 0 }
  return { ...decided, ...entry, since: decided.since, lastTry: at, tries: decided.tries + 1 }
}
