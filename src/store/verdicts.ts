import type { DomainLevel } from './store.js'

/**
 * What the prober and its commands know of the store: verdicts on domains, the facts they were made
 * of, who looks at which domain when, and what administrators have confirmed. Errors are those of
 * `Store`; wrong values throw ERR_STORE_INPUT. Times are epoch milliseconds.
 */
export interface DomainStore {
  /**
   * Takes domains whose time has come, the longest overdue first; nobody else gets them before the
   * lease runs out or their verdict is saved.
   */
  takeDue(take: DueTake): Promise<readonly DueDomain[]>
  /**
   * Takes domains that a person names, due or not, and remembers them; those that somebody else holds
   * at the moment are left out.
   */
  takeNamed(take: NamedTake): Promise<readonly DueDomain[]>
  /** Gives domains back that were not looked at after all. */
  giveBack(owner: string, domains: readonly string[]): Promise<void>
  /** How many domains are due, by whose wish. */
  countDue(): Promise<Readonly<Record<DueKind, number>>>
  /**
   * Keeps a verdict with its facts and ends the lease of the domain. An undetermined one never
   * replaces another that still holds: it is noted beside it, with the try. One that was found out
   * before the one that is there is dropped.
   */
  saveVerdict(found: FoundVerdict): Promise<VerdictChange>
  /** The same for several, in one transaction; in their order. */
  saveVerdicts(found: readonly FoundVerdict[]): Promise<readonly VerdictChange[]>
  /** Verdicts that other rules were used for, with what they were made of; a page by name. */
  verdictsByOtherRules(question: StaleQuestion): Promise<readonly StaleVerdict[]>
  /**
   * Puts verdicts in place that were made anew from the facts of those that are there; one that came
   * meanwhile stays. All or none.
   */
  reviseVerdicts(revised: readonly RevisedVerdict[]): Promise<readonly VerdictChange[]>
  verdictOf(domain: string): Promise<StoredVerdict | undefined>
  /** What the verdict in force was made of, as it was saved; undefined when there is none. */
  earlierFacts(domain: string): Promise<unknown>
  /** Verdicts that a domain had, newest first: one each time that more than its end changed. */
  verdictHistory(domain: string): Promise<readonly PastVerdict[]>
  /** All verdicts by name of the domain, read page by page. */
  verdicts(): AsyncIterable<StoredVerdict>
  /** Every domain that mail was sent to or that a person named, by name, read page by page. */
  knownDomains(): AsyncIterable<KnownDomain>
  /** Forgets a domain that a person named, or whose mail nobody sends any more, with its verdict. */
  forgetDomain(domain: string, by: string, reason: string): Promise<boolean>
  /** Asks for the recipients' domains of new records; gives how many were not known before. */
  learnDomains(): Promise<number>
  /** Keeps an administrator's word that servers are those of a domain, and notes it for the audit. */
  confirm(confirmation: NewConfirmation): Promise<Confirmation>
  /** Takes it back; false when there is none of that number. */
  withdrawConfirmation(id: number, by: string, reason: string): Promise<boolean>
  /** Those in force, by number. */
  listConfirmations(): Promise<readonly Confirmation[]>
  /**
   * Every level in force by name of the domain, page by page; see `LevelsOfDomain`. With `rules` only
   * verdicts by those rules count.
   */
  levelsInForce(rules?: string): AsyncIterable<readonly LevelsOfDomain[]>
  /** The levels of one domain, or of what lies below one. */
  policyLevels(domain: string, rules?: string): Promise<PolicyLevels>
  /** Domains whose levels changed since a revision; undefined: anything may have, or too many. */
  changedSince(revision: number, limit: number): Promise<readonly string[] | undefined>
  /** Those whose mail goes to a fixed host, by name of the domain. */
  levelsWithNextHop(): Promise<readonly LevelsOfDomain[]>
}

/** What is in force for one name at a time. */
export interface PolicyLevels {
  /** For everything below its parents, the nearest last. */
  readonly below: readonly LevelsOfDomain[]
  readonly own: LevelsOfDomain
  /** When the first of them is over; undefined: never. */
  readonly until: number | undefined
  /** Tries in a row of the prober that found nothing out. */
  readonly tries: number
  /** Since when the domain is known, or its last verdict is over; undefined: it is not known. */
  readonly since: number | undefined
}

/** `asked`: a message waits for it, or came back from its lane; `due`: its time has come. */
export type DueKind = 'asked' | 'due'

export interface DueTake {
  readonly kind: DueKind
  /** Who takes: names the process, so that it can be seen who holds a domain. */
  readonly owner: string
  readonly limit: number
  readonly leaseMs: number
}

export interface NamedTake extends Omit<DueTake, 'kind' | 'limit'> {
  readonly domains: readonly string[]
}

export interface DueDomain {
  readonly domain: string
  /** Tries in a row that found nothing out. */
  readonly tries: number
  /** Why it was asked for; undefined: its time has come, or a person names it. */
  readonly why: string | undefined
}

/** A check that says something, as the verdict has it. */
export interface StoredReason {
  readonly code: string
  readonly severity: 'fail' | 'warn' | 'info'
  readonly host?: string
  readonly ip?: string
  readonly evidence: Readonly<Record<string, unknown>>
}

/** What a domain's servers are worth by the rules of a TLS profile. */
export interface VerdictRecord {
  readonly domain: string
  readonly level: DomainLevel['level']
  readonly reasons: readonly StoredReason[]
  /** Names that a certificate must have. */
  readonly match: readonly string[]
  /** SHA-256 of public keys, `AB:CD:…`. */
  readonly spki: readonly string[]
  readonly dane: boolean
  readonly until: number
  readonly profile: string
  readonly edition: string
}

export interface FoundVerdict {
  readonly verdict: VerdictRecord
  /** Digest of the rules that it was made by. */
  readonly rules: string
  /** Plain data; kept as JSON. */
  readonly facts: unknown
  readonly probedAt: number
  /** When the domain is to be looked at again. */
  readonly dueAt: number
}

export interface KnownDomain {
  readonly domain: string
  /** When the verdict that it has was found out; undefined: it has none. */
  readonly probedAt: number | undefined
}

export interface StaleQuestion {
  /** Name of a domain; empty: from the first one. */
  readonly after: string
  readonly limit: number
  /** Digest of the rules whose verdicts are left out; undefined: none is. */
  readonly rules: string | undefined
}

export interface StaleVerdict {
  readonly domain: string
  readonly probedAt: number
  readonly reasons: readonly StoredReason[]
  /** As they were saved; undefined where there are none. */
  readonly facts: unknown
}

/** A verdict made anew; without one the domain has to be looked at. */
export interface RevisedVerdict {
  readonly domain: string
  /** Of the verdict whose place it takes. */
  readonly probedAt: number
  readonly rules: string
  readonly verdict: VerdictRecord | undefined
  /** Latest time at which the domain is looked at. */
  readonly dueAt: number
}

export interface StoredVerdict extends VerdictRecord {
  readonly probedAt: number
  readonly savedAt: number
  readonly dueAt: number | undefined
  /** The last try, when it found nothing out and this verdict still held. */
  readonly lastTry: { readonly at: number; readonly reasons: readonly StoredReason[] } | undefined
}

export interface PastVerdict extends VerdictRecord {
  readonly savedAt: number
  /** It came into force; else what was there still held. */
  readonly inForce: boolean
}

export interface VerdictChange {
  readonly domain: string
  /** `kept`: the earlier verdict still holds and stays; `dropped`: what is there is newer. */
  readonly outcome: 'saved' | 'kept' | 'dropped'
  /** The level that was there; undefined: none. */
  readonly before: DomainLevel['level'] | undefined
  /** Level, host names, DANE, keys or reasons differ from what was there. */
  readonly changed: boolean
}

/** `domain`: the domain itself; `mx`: every domain all of whose servers have a name of that form. */
export type ConfirmationKind = 'domain' | 'mx'

export interface NewConfirmation {
  readonly kind: ConfirmationKind
  /** A name, or `.example.org` for everything below it. */
  readonly pattern: string
  readonly by: string
  readonly reason: string
  /** Absent: no end. */
  readonly until?: number
}

export interface Confirmation {
  readonly id: number
  readonly kind: ConfirmationKind
  readonly pattern: string
  readonly by: string
  readonly reason: string
  readonly at: number
  readonly until: number | undefined
}

/**
 * Levels in force for one domain, or for what lies below one (`.example.org`, an administrator's
 * word only). A customer's own level goes before that of all, an administrator's before the verdict of
 * the prober; so there are several where customers differ.
 */
export interface LevelsOfDomain {
  readonly domain: string
  readonly levels: readonly LevelInForce[]
}

export interface LevelInForce {
  readonly by: 'administrator' | 'prober'
  readonly level: DomainLevel['level']
  readonly match: readonly string[]
  readonly dane: boolean
  readonly spki: readonly string[]
  /** `[mx.example.org]:25`, where mail for the domain goes to a fixed host. */
  readonly nextHop: string | undefined
}

/** How often one sender may have unknown domains looked at. */
export interface ProbeQuota {
  /** Whoever can be held to it: a user, else a client's address or a sender. */
  readonly asker: string
  readonly perHour: number
}
