import { randomBytes } from 'node:crypto'
import { GatewayError } from '../errors.js'
import { currentActor } from './actor.js'
import type {
  AuditEntry,
  BackupProgress,
  CustomerEntry,
  DecisionQuery,
  ImportOptions,
  ImportResult,
  LevelChange,
  LevelEntry,
  LevelRemoval,
  LevelSummary,
  Lines,
  PurgeResult,
  StoreAdmin,
  WaitingDecision,
  WaitingQuery,
} from './admin.js'
import { ALL_CUSTOMERS } from './admin.js'
import type { Backend } from './backend.js'
import { checkDecision, checkPerson, checkedPattern } from './checked-input.js'
import { checkedDomain } from './domain-name.js'
import { DatabaseDomains } from './domain-store.js'
import type { EvidenceBatch, FollowPosition, QueueEntryLog } from './evidence.js'
import { FreshValue } from './fresh-value.js'
import { GroupCommit } from './group-commit.js'
import { checkedChange, importLevels } from './import-levels.js'
import { LevelCache } from './level-cache.js'
import type { Flags } from './operations/flags.js'
import type { PageEnd } from './operations/messages.js'
import type { NewNotice, Notice } from './outbox.js'
import { questionStoreOf } from './question-store.js'
import type { QuestionStore } from './questions.js'
import { sealingStoreOf } from './sealing-store.js'
import type { SealingStore } from './sealing.js'
import { pluginStateOf, type PluginStateStore } from './plugin-state.js'
import { recipientKeysOf } from './recipient-key-store.js'
import type { RecipientKeyStore } from './recipient-keys.js'
import { deletedRows, purgeOld, type Retention } from './retention.js'
import type { DomainLevel, MessageRecord, Store } from './store.js'
import type { Transit, WaitEnd, Waiting, WaitingEntry } from './transit.js'
import type { ProbeQuota } from './verdicts.js'

export interface DatabaseStoreOptions extends Retention {
  /** What errors call the store: a path, or a server without its password. */
  readonly name: string
  /** Longest that a caller waits for any answer. */
  readonly deadlineMs: number
  readonly log?: StoreLog
  /** Epoch milliseconds; absent: the clock of the machine. */
  readonly now?: () => number
}

/** The part of the log that the store writes to. */
export interface StoreLog {
  warn(message: string, fields: Readonly<Record<string, string | number>>): unknown
  info(message: string, fields: Readonly<Record<string, string | number>>): unknown
}

const PAGE_SIZE = 200
const LEVELS_PAGE = 1000

/** As long as the digest that it keys (HMAC with SHA-256). */
const KEY_BYTES = 32
/** The store over one backend; the same for SQLite and PostgreSQL. */
export class DatabaseStore implements Store, StoreAdmin {
  readonly #backend: Backend
  readonly #options: DatabaseStoreOptions
  readonly #now: () => number
  readonly #commits: GroupCommit
  readonly #flags: FreshValue<Flags>
  readonly #levels: LevelCache
  /** What plugins keep between messages. */
  readonly pluginState: PluginStateStore
  /** Certificates and OpenPGP keys of recipients. */
  readonly recipientKeys: RecipientKeyStore
  /** Verdicts, and all that the prober keeps. */
  readonly domains: DatabaseDomains
  /** What sealing keeps. */
  readonly sealing: SealingStore
  /** Questions to senders. */
  readonly questions: QuestionStore

  constructor(backend: Backend, options: DatabaseStoreOptions) {
    this.#backend = backend
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#flags = new FreshValue({
      read: () => backend.run('readFlags', undefined),
      now: () => performance.now(),
    })
    this.pluginState = pluginStateOf(backend, this.#now)
    this.recipientKeys = recipientKeysOf(backend, this.#now)
    this.sealing = sealingStoreOf(backend, this.#now)
    this.questions = questionStoreOf(backend, this.#now)
    this.#levels = new LevelCache({ backend, flags: this.#flags, now: this.#now })
    this.domains = new DatabaseDomains({
      backend,
      now: this.#now,
      onLevels: () => this.#flags.invalidate(),
    })
    this.#commits = new GroupCommit({
      write: (records, expires) => backend.write(records, expires),
      deadlineMs: options.deadlineMs,
      store: options.name,
    })
  }

  record(message: MessageRecord): Promise<void> {
    return this.#commits.add(message)
  }

  levels(customer: string, domains: readonly string[]): Promise<ReadonlyMap<string, DomainLevel>> {
    return this.#levels.levels(customer, domains)
  }

  async setLevel(change: LevelChange): Promise<void> {
    await this.#setLevels([checkedChange(change)])
  }

  async unsetLevel({ customer, domain, by, reason }: LevelRemoval): Promise<boolean> {
    checkPerson({ by, reason }, 'taking a level back')
    const removal = { customer, domain: checkedPattern(domain), by, reason, at: this.#now() }
    const done = await this.#backend.run('unsetLevel', removal)
    this.#flags.invalidate()
    return done
  }

  async *listLevels(customer: string): AsyncIterable<LevelEntry> {
    let after: LevelEntry | undefined
    for (;;) {
      const page: readonly LevelEntry[] = await this.#backend.run('listLevels', {
        customer,
        after,
        limit: LEVELS_PAGE,
      })
      yield* page
      after = page.at(-1)
      if (page.length < LEVELS_PAGE) return
    }
  }

  async levelHistory(customer: string, domain: string): Promise<readonly LevelEntry[]> {
    return this.#backend.run('levelHistory', { customer, domain: checkedPattern(domain) })
  }

  importLevels(lines: Lines, options: ImportOptions): AsyncIterable<ImportResult> {
    return importLevels(lines, options, changes => this.#setLevels(changes))
  }

  findMessages(customer: string, id: string): Promise<readonly MessageRecord[]> {
    return this.#backend.run('findMessages', { customer, id })
  }

  async *decisions(query: DecisionQuery): AsyncIterable<MessageRecord> {
    let after: PageEnd | undefined
    do {
      const question = { ...query, after, limit: PAGE_SIZE }
      const page = await this.#backend.run('pageOfMessages', question)
      yield* page.messages
      after = page.end
    } while (after !== undefined)
  }

  async syncCustomers(customers: readonly CustomerEntry[]): Promise<void> {
    const checked = customers.map(({ name, domains }) => ({
      name,
      domains: [...new Set(domains.map(checkedDomain))],
    }))
    // Most starts change nothing, and a command that only looks must not need the write lock.
    const known = new Map((await this.listCustomers()).map(({ name, domains }) => [name, domains]))
    const isSame = checked.every(({ name, domains }) => sameSet(known.get(name), domains))
    const domainCount = checked.reduce((sum, { domains }) => sum + domains.length, 0)
    const knownCount = [...known.values()].reduce((sum, domains) => sum + domains.length, 0)
    if (isSame && domainCount === knownCount) return
    await this.#backend.run('syncCustomers', { customers: checked, at: this.#now() })
  }

  listCustomers(): Promise<readonly CustomerEntry[]> {
    return this.#backend.run('listCustomers', undefined)
  }

  async purge({ signal }: { readonly signal?: AbortSignal } = {}): Promise<PurgeResult> {
    const { log, name } = this.#options
    const done = await purgeOld(this.#backend, this.#options, { now: this.#now(), signal })
    if (deletedRows(done) > 0) {
      const { messages, notes, evidence, waits } = done
      const detail = `${messages} messages, ${notes} notes, ${evidence} queue entries, ${waits} waits`
      await this.#audit('purge', name, detail)
      log?.info('old records were deleted', { count: deletedRows(done) })
    }
    return done
  }

  async backup(file: string, onProgress?: (progress: BackupProgress) => void): Promise<void> {
    await this.#backend.backup(file, onProgress ?? (() => undefined))
    await this.#audit('backup', file, 'done')
  }

  checkIntegrity(): Promise<readonly string[]> {
    return this.#backend.checkIntegrity()
  }

  listAudit(customer: string): Promise<readonly AuditEntry[]> {
    return this.#backend.run('listAudit', { customer })
  }

  async paused(): Promise<boolean> {
    return (await this.#flags.value()).paused
  }

  async setPaused(paused: boolean, by: string, reason: string): Promise<void> {
    checkPerson({ by, reason }, 'stopping mail or letting it go on')
    await this.#backend.run('setPaused', { paused, by, reason, at: this.#now() })
    this.#flags.invalidate()
  }

  levelSummary(sampleSize: number): Promise<LevelSummary> {
    return this.#backend.run('levelSummary', { now: this.#now(), sampleSize })
  }

  async levelsRevision(): Promise<number> {
    return (await this.#backend.run('readFlags', undefined)).levelsRevision
  }

  transit(reference: string): Promise<Transit | undefined> {
    return this.#backend.run('transitUnder', { reference })
  }

  passesOf(reference: string): Promise<readonly MessageRecord[]> {
    return this.#backend.run('passesOf', { reference })
  }

  wait(entry: WaitingEntry): Promise<Waiting> {
    return this.#backend.run('wait', entry)
  }

  waiting(key: string): Promise<Waiting | undefined> {
    return this.#backend.run('waitingOf', { key })
  }

  endWait(key: string, how: WaitEnd): Promise<void> {
    return this.#backend.run('endWait', { key, how, at: this.#now() })
  }

  listWaiting(query: WaitingQuery): Promise<readonly Waiting[]> {
    return this.#backend.run('listWaiting', query)
  }

  async decideWaiting(decision: WaitingDecision): Promise<readonly Waiting[]> {
    checkDecision(decision)
    return this.#backend.run('decideWaiting', { decision, at: this.#now() })
  }

  waitingToWake(againAfterMs: number): Promise<readonly Waiting[]> {
    return this.#backend.run('waitingToWake', { now: this.#now(), againAfterMs })
  }

  saveEvidence(batch: EvidenceBatch): Promise<void> {
    return this.#backend.run('saveEvidence', { batch, at: this.#now() })
  }

  queueEntry(queueId: string, since?: number): Promise<QueueEntryLog> {
    return this.#backend.run('queueEntry', { queueId, since })
  }

  followPosition(source: string): Promise<FollowPosition | undefined> {
    return this.#backend.run('followPosition', { source })
  }

  followedAt(): Promise<number | undefined> {
    return this.#backend.run('followedAt', undefined)
  }

  addNotice(notice: NewNotice): Promise<void> {
    return this.#backend.run('addNotice', notice)
  }

  dueNotices(limit: number): Promise<readonly Notice[]> {
    return this.#backend.run('dueNotices', { now: this.#now(), limit })
  }

  noticeSent(id: number): Promise<void> {
    return this.#backend.run('noticeSent', { id, at: this.#now() })
  }

  noticeFailed(id: number, notBefore: number): Promise<void> {
    return this.#backend.run('noticeFailed', { id, notBefore })
  }

  async requestProbe(domain: string, why: string, quota?: ProbeQuota): Promise<void> {
    const name = checkedDomain(domain)
    const wish = { domain: name, why, at: this.#now(), ...(quota === undefined ? {} : { quota }) }
    await this.#backend.run('requestProbe', wish)
  }

  async referenceKey(): Promise<Buffer> {
    const candidate = randomBytes(KEY_BYTES).toString('hex')
    const secret = await this.#backend.run('sharedSecret', { name: 'reference-key', candidate })
    const key = Buffer.from(secret, 'hex')
    if (key.length === KEY_BYTES) return key
    const reason = `its reference key has ${key.length} bytes`
    throw new GatewayError('ERR_STORE_DAMAGED', { store: this.#options.name, reason })
  }

  close(): Promise<void> {
    return this.#backend.close()
  }

  async #setLevels(changes: readonly LevelChange[]): Promise<void> {
    await this.#backend.run('setLevels', { changes, at: this.#now() })
    this.#flags.invalidate()
  }

  #audit(act: string, object: string, detail: string): Promise<void> {
    return this.#backend.run('addAudit', {
      at: this.#now(),
      customer: ALL_CUSTOMERS,
      actor: currentActor(),
      act,
      object,
      detail,
    })
  }
}

function sameSet(known: readonly string[] | undefined, wanted: readonly string[]): boolean {
  return known?.length === wanted.length && wanted.every(item => known.includes(item))
}
