import type { Backend } from './backend.js'
import { checkPerson, checkedPattern, wrongInput } from './checked-input.js'
import { checkedDomain } from './domain-name.js'
import { LevelsInForce } from './levels-in-force.js'
import { unpackVerdicts } from './verdict-lines.js'
import type {
  Confirmation,
  DomainStore,
  DueDomain,
  DueKind,
  DueTake,
  FoundVerdict,
  KnownDomain,
  LevelsOfDomain,
  NamedTake,
  NewConfirmation,
  PastVerdict,
  PolicyLevels,
  RevisedVerdict,
  StaleQuestion,
  StaleVerdict,
  StoredVerdict,
  VerdictChange,
} from './verdicts.js'

export interface DomainStoreOptions {
  readonly backend: Pick<Backend, 'run'>
  readonly now: () => number
  /** Called once levels have changed. */
  readonly onLevels: () => void
}

const PAGE = 2000
const VERDICT_PAGE = 500
/** Facts are long; a group of them travels to the worker at once. */
const MAX_FACTS = 4_000_000

/** Verdicts and all that belongs to them, over one backend. */
export class DatabaseDomains implements DomainStore {
  readonly #options: DomainStoreOptions

  constructor(options: DomainStoreOptions) {
    this.#options = options
  }

  takeDue(take: DueTake): Promise<readonly DueDomain[]> {
    return this.#run('takeDue', { ...take, now: this.#options.now() })
  }

  takeNamed(take: NamedTake): Promise<readonly DueDomain[]> {
    const domains = take.domains.map(checkedDomain)
    return this.#run('takeNamed', { ...take, domains, now: this.#options.now() })
  }

  giveBack(owner: string, domains: readonly string[]): Promise<void> {
    return this.#run('giveBack', { owner, domains: domains.map(checkedDomain) })
  }

  countDue(): Promise<Readonly<Record<DueKind, number>>> {
    return this.#run('countDue', { now: this.#options.now() })
  }

  async saveVerdict(found: FoundVerdict): Promise<VerdictChange> {
    const [change] = await this.saveVerdicts([found])
    if (change === undefined) throw wrongInput('no verdict')
    return change
  }

  async saveVerdicts(found: readonly FoundVerdict[]): Promise<readonly VerdictChange[]> {
    const ready = found.map(({ verdict, rules, facts, probedAt, dueAt }) => {
      const domain = checkedDomain(verdict.domain)
      for (const time of [verdict.until, probedAt, dueAt]) {
        if (!Number.isSafeInteger(time)) throw wrongInput(`a verdict on ${domain} without its time`)
      }
      const json = JSON.stringify(facts)
      if (json.length > MAX_FACTS) throw wrongInput(`the facts of ${domain} are too long`)
      return { verdict: { ...verdict, domain }, rules, facts: json, probedAt, dueAt }
    })
    const changes = await this.#run('saveVerdicts', { found: ready, at: this.#options.now() })
    this.#options.onLevels()
    return changes
  }

  async verdictsByOtherRules(question: StaleQuestion): Promise<readonly StaleVerdict[]> {
    const rows = await this.#run('staleVerdicts', question)
    return rows.map(({ facts, ...row }) => ({
      ...row,
      facts: facts === null ? undefined : (JSON.parse(facts) as unknown),
    }))
  }

  async reviseVerdicts(revised: readonly RevisedVerdict[]): Promise<readonly VerdictChange[]> {
    const changes = await this.#run('reviseVerdicts', { revised, at: this.#options.now() })
    this.#options.onLevels()
    return changes
  }

  verdictOf(domain: string): Promise<StoredVerdict | undefined> {
    return this.#run('verdictOf', { domain: checkedDomain(domain) })
  }

  async earlierFacts(domain: string): Promise<unknown> {
    const json = await this.#run('factsOf', { domain: checkedDomain(domain) })
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  }

  verdictHistory(domain: string): Promise<readonly PastVerdict[]> {
    return this.#run('verdictHistory', { domain: checkedDomain(domain) })
  }

  async *verdicts(): AsyncIterable<StoredVerdict> {
    let after = ''
    for (;;) {
      const page = await this.#run('pageOfVerdicts', { after, limit: VERDICT_PAGE })
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < VERDICT_PAGE) return
      after = last.domain
    }
  }

  async *knownDomains(): AsyncIterable<KnownDomain> {
    let after = ''
    for (;;) {
      const page = await this.#run('pageOfKnown', { after, limit: PAGE })
      yield* page
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      after = last.domain
    }
  }

  async forgetDomain(domain: string, by: string, reason: string): Promise<boolean> {
    checkPerson({ by, reason }, 'forgetting a domain')
    const at = this.#options.now()
    const done = await this.#run('forgetDomain', { domain: checkedDomain(domain), by, reason, at })
    this.#options.onLevels()
    return done
  }

  learnDomains(): Promise<number> {
    return this.#run('learnDomains', { now: this.#options.now() })
  }

  confirm(confirmation: NewConfirmation): Promise<Confirmation> {
    checkPerson(confirmation, 'a confirmation')
    const pattern = checkedPattern(confirmation.pattern)
    if (confirmation.until !== undefined && !Number.isSafeInteger(confirmation.until)) {
      throw wrongInput('the end of a confirmation is not a time')
    }
    const at = this.#options.now()
    return this.#run('addConfirmation', { confirmation: { ...confirmation, pattern }, at })
  }

  withdrawConfirmation(id: number, by: string, reason: string): Promise<boolean> {
    checkPerson({ by, reason }, 'taking a confirmation back')
    return this.#run('withdrawConfirmation', { id, by, reason, at: this.#options.now() })
  }

  listConfirmations(): Promise<readonly Confirmation[]> {
    return this.#run('listConfirmations', { now: this.#options.now() })
  }

  async *levelsInForce(rules?: string): AsyncIterable<readonly LevelsOfDomain[]> {
    const now = this.#options.now()
    const levels = new LevelsInForce(await this.#run('levelsBelow', { now }))
    const read = (after: string) => {
      const page = this.#run('pageOfLevels', { after, limit: PAGE, now, rules })
      // Nobody may be there any more to be told that it could not be read.
      page.catch(() => undefined)
      return page
    }
    let coming = read('')
    for (;;) {
      const page = await coming
      // The next one is read while this one is used.
      if (page.end !== undefined) coming = read(page.end)
      yield levels.page({ set: page.set, verdicts: unpackVerdicts(page.verdicts) })
      if (page.end === undefined) return
    }
  }

  async levelsWithNextHop(): Promise<readonly LevelsOfDomain[]> {
    const set = await this.#run('levelsWithNextHop', { now: this.#options.now() })
    return new LevelsInForce([]).page({ set, verdicts: [] })
  }

  async policyLevels(domain: string, rules?: string): Promise<PolicyLevels> {
    const name = checkedPattern(domain)
    const rows = await this.#run('policyRows', { domain: name, now: this.#options.now(), rules })
    const { set, below, verdict, until, tries, since } = rows
    const all = new LevelsInForce(below)
    const [own] = all.page({ set, verdicts: verdict === undefined ? [] : [verdict] })
    const names = [...new Set(below.map(row => row.domain))]
    return {
      below: names.flatMap(parent =>
        all.page({ set: below.filter(row => row.domain === parent), verdicts: [] }),
      ),
      own: own ?? { domain: name, levels: [] },
      until,
      tries,
      since,
    }
  }

  async changedSince(revision: number, limit: number): Promise<readonly string[] | undefined> {
    return (await this.#run('changedLevels', { since: revision, limit })).domains
  }

  get #run(): Backend['run'] {
    const { backend } = this.#options
    return (name, input) => backend.run(name, input)
  }
}
