import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Schema } from '../schema.js'
import type { DomainVerdictTable } from '../schema-verdicts.js'
import { storable } from '../storable.js'
import type {
  PastVerdict,
  StoredReason,
  StoredVerdict,
  VerdictChange,
  VerdictRecord,
} from '../verdicts.js'
import { nextRevision } from './revision.js'

/** Most verdicts of one domain's past that one question gives. */
const MAX_PAST = 1000

export interface SavedVerdict {
  readonly verdict: VerdictRecord
  readonly rules: string
  /** JSON. */
  readonly facts: string
  readonly probedAt: number
  readonly dueAt: number
}

/** Keeps verdicts with their facts, history and next time; all or none. */
export async function saveVerdicts(
  db: Kysely<Schema>,
  { found, at }: { readonly found: readonly SavedVerdict[]; readonly at: number },
): Promise<readonly VerdictChange[]> {
  return inOneRevision(db, found, (transaction, one, revision) =>
    saveVerdict(transaction, one, at, revision),
  )
}

/** Changes verdicts one after the other under one number; all or none. */
export function inOneRevision<T>(
  db: Kysely<Schema>,
  all: readonly T[],
  change: (db: Kysely<Schema>, one: T, revision: number) => Promise<VerdictChange>,
): Promise<readonly VerdictChange[]> {
  return db.transaction().execute(async transaction => {
    const revision = await nextRevision(transaction)
    const changes: VerdictChange[] = []
    for (const one of all) changes.push(await change(transaction, one, revision))
    return changes
  })
}

async function saveVerdict(
  db: Kysely<Schema>,
  { verdict, rules, facts, probedAt, dueAt }: SavedVerdict,
  at: number,
  revision: number,
): Promise<VerdictChange> {
  const { domain } = verdict
  const earlier = await rowOf(db, domain)
  const before = earlier?.level
  if (earlier !== undefined && earlier.probed_at > probedAt) {
    await schedule(db, domain, at, { dueAt: undefined, tries: 'same' })
    return { domain, outcome: 'dropped', before, changed: false }
  }
  const isFailure = verdict.level === 'undetermined'
  const holds = earlier !== undefined && earlier.level !== 'undetermined' && earlier.until > at
  await schedule(db, domain, at, { dueAt, tries: isFailure ? 'more' : 'none' })
  const row = columnsOf(verdict, at)
  if (isFailure && holds) {
    await db
      .updateTable('domain_verdict')
      .set({ tried_at: probedAt, tried_reasons: row.reasons })
      .where('domain', '=', domain)
      .execute()
    const changed = codesOf(earlier.tried_reasons ?? '[]') !== codesOf(row.reasons)
    if (changed)
      await db
        .insertInto('domain_verdict_change')
        .values({ ...row, in_force: 0 })
        .execute()
    return { domain, outcome: 'kept', before, changed }
  }
  const inForce: Insertable<DomainVerdictTable> = {
    ...row,
    rules: storable(rules),
    probed_at: probedAt,
    revision,
    tried_at: null,
    tried_reasons: null,
  }
  await db
    .insertInto('domain_verdict')
    .values(inForce)
    .onConflict(conflict => conflict.column('domain').doUpdateSet(inForce))
    .execute()
  await db
    .insertInto('domain_facts')
    .values({ domain, facts })
    .onConflict(conflict => conflict.column('domain').doUpdateSet({ facts }))
    .execute()
  const changed = earlier === undefined || fingerprint(earlier) !== fingerprint(row)
  if (changed)
    await db
      .insertInto('domain_verdict_change')
      .values({ ...row, in_force: 1 })
      .execute()
  return { domain, outcome: 'saved', before, changed }
}

/** Ends the lease and the wish for the domain, and sets its next time. */
async function schedule(
  db: Kysely<Schema>,
  domain: string,
  at: number,
  next: { readonly dueAt: number | undefined; readonly tries: 'none' | 'more' | 'same' },
): Promise<void> {
  const done = { asked_at: null, asked_why: null, leased_until: 0, leased_by: null }
  await db
    .insertInto('domain_schedule')
    .values({
      domain,
      origin: 'named',
      known_at: at,
      seen_at: at,
      due_at: next.dueAt ?? at,
      tries: next.tries === 'more' ? 1 : 0,
      ...done,
    })
    .onConflict(conflict =>
      conflict.column('domain').doUpdateSet(update => ({
        ...done,
        ...(next.dueAt === undefined ? {} : { due_at: next.dueAt }),
        ...(next.tries === 'none' ? { tries: 0 } : {}),
        ...(next.tries === 'more' ? { tries: update('domain_schedule.tries', '+', 1) } : {}),
      })),
    )
    .execute()
}

export async function verdictOf(
  db: Kysely<Schema>,
  { domain }: { readonly domain: string },
): Promise<StoredVerdict | undefined> {
  const row = await rowOf(db, domain)
  return row && toVerdict(row)
}

/** As JSON. */
export async function factsOf(
  db: Kysely<Schema>,
  { domain }: { readonly domain: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('domain_facts')
    .select('facts')
    .where('domain', '=', domain)
    .executeTakeFirst()
  return row?.facts
}

export async function verdictHistory(
  db: Kysely<Schema>,
  { domain }: { readonly domain: string },
): Promise<readonly PastVerdict[]> {
  const rows = await db
    .selectFrom('domain_verdict_change')
    .selectAll()
    .where('domain', '=', domain)
    .orderBy('id', 'desc')
    .limit(MAX_PAST)
    .execute()
  return rows.map(row => ({
    ...toRecord(row),
    savedAt: row.saved_at,
    inForce: row.in_force === 1,
  }))
}

/** Verdicts of the domains behind a name, by name. */
export async function pageOfVerdicts(
  db: Kysely<Schema>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly StoredVerdict[]> {
  const rows = await verdictRows(db)
    .where('verdict.domain', '>', after)
    .orderBy('verdict.domain')
    .limit(limit)
    .execute()
  return rows.map(toVerdict)
}

export function rowOf(db: Kysely<Schema>, domain: string): Promise<VerdictRow | undefined> {
  return verdictRows(db).where('verdict.domain', '=', domain).executeTakeFirst()
}

function verdictRows(db: Kysely<Schema>) {
  return db
    .selectFrom('domain_verdict as verdict')
    .leftJoin('domain_schedule as known', 'known.domain', 'verdict.domain')
    .selectAll('verdict')
    .select('known.due_at')
}

type VerdictRow = Selectable<DomainVerdictTable> & { readonly due_at: number | null }

export function columnsOf(verdict: VerdictRecord, at: number) {
  const { domain, level, until, profile, edition, match, spki, dane, reasons } = verdict
  return {
    domain,
    level,
    until,
    profile: storable(profile),
    edition: storable(edition),
    match_hosts: match.join(' '),
    spki: spki.join(' '),
    dane: dane ? 1 : 0,
    reasons: storable(JSON.stringify(reasons)),
    saved_at: at,
  }
}

type Columns = ReturnType<typeof columnsOf>

function toRecord(row: Columns): VerdictRecord {
  const { domain, level, until, profile, edition } = row
  return {
    domain,
    level,
    reasons: reasonsIn(row.reasons),
    match: words(row.match_hosts),
    spki: words(row.spki),
    dane: row.dane === 1,
    until,
    profile,
    edition,
  }
}

function toVerdict(row: VerdictRow): StoredVerdict {
  const { tried_at, tried_reasons } = row
  return {
    ...toRecord(row),
    probedAt: row.probed_at,
    savedAt: row.saved_at,
    dueAt: row.due_at ?? undefined,
    lastTry:
      tried_at === null ? undefined : { at: tried_at, reasons: reasonsIn(tried_reasons ?? '[]') },
  }
}

/** What makes a verdict another one than before; its end and its evidence change with every try. */
export function fingerprint(row: Columns): string {
  const { level, match_hosts, spki, dane, profile, edition, reasons } = row
  return [level, match_hosts, spki, dane, profile, edition, codesOf(reasons)].join('\n')
}

function codesOf(reasons: string): string {
  const codes = reasonsIn(reasons).map(
    ({ code, severity, host = '', ip = '' }) => `${severity} ${code} ${host} ${ip}`,
  )
  return [...new Set(codes)].sort().join('\n')
}

export function reasonsIn(json: string): readonly StoredReason[] {
  return JSON.parse(json) as readonly StoredReason[]
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ')
}
