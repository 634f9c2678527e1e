import type { Kysely, Selectable } from 'kysely'
import { ALL_CUSTOMERS } from '../admin.js'
import type { DomainLevelTable, Schema } from '../schema.js'
import type { DomainVerdictTable } from '../schema-verdicts.js'
import type { DomainLevel } from '../store.js'
import { packVerdicts } from '../verdict-lines.js'
import { parts } from './parts.js'

/**
 * What may be in force for a domain: an administrator's word, as long as its time is not over, then
 * the prober's verdict. Of several words one counts, over or not: the customer's own level, that of all
 * customers, then those for everything below a parent, the nearest first.
 */
export interface LevelCandidates {
  readonly domain: string
  readonly candidates: readonly DomainLevel[]
}

/** Domains in their one spelling; gives an entry for each. */
export async function levelCandidates(
  db: Kysely<Schema>,
  { customer, domains }: { readonly customer: string; readonly domains: readonly string[] },
): Promise<readonly LevelCandidates[]> {
  const found: LevelCandidates[] = []
  for (const part of parts(domains)) {
    const names = [...new Set(part.flatMap(domain => [domain, ...parentsOf(domain)]))]
    const set = new Map<string, DomainLevel>()
    for (const some of parts(names)) {
      for (const row of await setLevels(db, customer, some)) {
        set.set(`${row.customer_id === 0 ? ALL_CUSTOMERS : ''} ${row.domain}`, toLevel(row))
      }
    }
    const verdicts = await verdictsFor(db, part)
    for (const domain of part) {
      const said = [domain, ...parentsOf(domain)]
        .flatMap(name => [set.get(` ${name}`), set.get(`${ALL_CUSTOMERS} ${name}`)])
        .find(level => level !== undefined)
      const candidates = [said, verdicts.get(domain)].filter(level => level !== undefined)
      found.push({ domain, candidates })
    }
  }
  return found
}

/** `.b.example`, `.example` of `a.b.example`; nothing of an address. */
export function parentsOf(domain: string): readonly string[] {
  if (domain.startsWith('[')) return []
  const labels = domain.split('.')
  return labels.slice(1).map((_, index) => `.${labels.slice(index + 1).join('.')}`)
}

function setLevels(db: Kysely<Schema>, customer: string, names: readonly string[]) {
  return db
    .selectFrom('domain_level')
    .selectAll()
    .where('domain', 'in', names)
    .where('customer_id', 'in', where =>
      where
        .selectFrom('customer')
        .select('customer.id')
        .where('customer.name', 'in', [customer, ALL_CUSTOMERS]),
    )
    .execute()
}

async function verdictsFor(
  db: Kysely<Schema>,
  domains: readonly string[],
): Promise<ReadonlyMap<string, DomainLevel>> {
  const rows = await db
    .selectFrom('domain_verdict')
    .select(['domain', 'level', 'until', 'match_hosts', 'dane', 'probed_at'])
    .where('domain', 'in', domains)
    .execute()
  return new Map(rows.map(row => [row.domain, { ...toLevel(row), probedAt: row.probed_at }]))
}

function toLevel(
  row: Pick<Selectable<DomainLevelTable>, 'domain' | 'level' | 'until' | 'match_hosts' | 'dane'>,
): DomainLevel {
  return {
    domain: row.domain,
    level: row.level,
    until: row.until ?? undefined,
    match: row.match_hosts === '' ? [] : row.match_hosts.split(' '),
    dane: row.dane === 1,
  }
}

export interface ChangedLevels {
  /** Everything up to this number is told. */
  readonly revision: number
  /** Undefined: too many to be told, or levels are gone; anything may have changed. */
  readonly domains: readonly string[] | undefined
}

/** Domains whose level has changed since a revision. */
export async function changedLevels(
  db: Kysely<Schema>,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<ChangedLevels> {
  const meta = await db.selectFrom('meta').select(['name', 'value']).execute()
  const valueOf = (name: string): number => meta.find(row => row.name === name)?.value ?? 0
  const revision = valueOf('levels-revision')
  if (valueOf('levels-cleared') > since) return { revision, domains: undefined }
  const rows = await db
    .selectFrom('domain_level')
    .select('domain')
    .where('revision', '>', since)
    .unionAll(db.selectFrom('domain_verdict').select('domain').where('revision', '>', since))
    .limit(limit + 1)
    .execute()
  const isWhole = rows.length <= limit && !rows.some(({ domain }) => domain.startsWith('.'))
  return { revision, domains: isWhole ? rows.map(({ domain }) => domain) : undefined }
}

/** What administrators said of everything below a domain, as far as it is in force. */
export async function levelsBelow(
  db: Kysely<Schema>,
  { now }: { readonly now: number },
): Promise<readonly SetLevel[]> {
  return inForce(db, now).where('domain', '>=', '.').where('domain', '<', '/').execute()
}

/** Those that name a fixed host. */
export async function levelsWithNextHop(
  db: Kysely<Schema>,
  { now }: { readonly now: number },
): Promise<readonly SetLevel[]> {
  return inForce(db, now).where('next_hop', 'is not', null).execute()
}

function inForce(db: Kysely<Schema>, now: number) {
  return db
    .selectFrom('domain_level')
    .select(['customer_id', 'domain', 'level', 'match_hosts', 'dane', 'next_hop'])
    .where(where => where.or([where('until', 'is', null), where('until', '>', now)]))
    .orderBy('domain')
    .orderBy('customer_id')
}

export interface LevelPage {
  readonly set: readonly SetLevel[]
  /** See `packVerdicts`. */
  readonly verdicts: string
  /** Last domain of the page; undefined when nothing comes behind it. */
  readonly end: string | undefined
}

/** What an administrator said. */
export type SetLevel = Pick<
  DomainLevelTable,
  'domain' | 'level' | 'match_hosts' | 'dane' | 'next_hop'
> & {
  readonly customer_id: number
}

/** What the prober found. */
export type PageVerdict = Pick<
  Selectable<DomainVerdictTable>,
  'domain' | 'level' | 'match_hosts' | 'spki' | 'dane'
>

export interface PageOfLevels {
  readonly after: string
  readonly limit: number
  readonly now: number
  /** Only verdicts by these rules count; undefined: all. */
  readonly rules?: string | undefined
}

/** Levels in force of the domains behind a name, in the order of names; whole domains only. */
export async function pageOfLevels(
  db: Kysely<Schema>,
  { after, limit, now, rules }: PageOfLevels,
): Promise<LevelPage> {
  const names = await db
    .selectFrom('domain_level')
    .select('domain')
    .distinct()
    .where('domain', '>', after)
    .orderBy('domain')
    .limit(limit)
    .execute()
  const verdicts = await db
    .selectFrom('domain_verdict')
    .select(['domain', 'level', 'match_hosts', 'spki', 'dane'])
    .where('domain', '>', after)
    .where('until', '>', now)
    .$if(rules !== undefined, query => query.where('rules', '=', rules ?? ''))
    .orderBy('domain')
    .limit(limit)
    .execute()
  const ends = [names, verdicts].flatMap(rows =>
    rows.length < limit ? [] : [rows.at(-1)?.domain ?? ''],
  )
  const end = ends.length === 0 ? undefined : ends.reduce((a, b) => (a < b ? a : b))
  const lastName = end ?? names.at(-1)?.domain
  const set =
    lastName === undefined || names.length === 0
      ? []
      : await inForce(db, now).where('domain', '>', after).where('domain', '<=', lastName).execute()
  return {
    set,
    verdicts: packVerdicts(
      end === undefined ? verdicts : verdicts.filter(({ domain }) => domain <= end),
    ),
    end,
  }
}
