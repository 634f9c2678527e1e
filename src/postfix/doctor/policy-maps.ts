import { nextHopOf } from '../lanes/names.js'
import { fail, unknown, warn, type Check, type Evidence, type Problem } from './check.js'
import { listenersOf } from './expected.js'
import { isFrom12 } from './lane-tls.js'
import type { DoctorFacts } from './facts.js'
import { askTables, placeOf, tablesIn, type Table, type TableEntry } from './table.js'
import { serviceNamed, valueOf, whereIs } from './view.js'
import type { Service } from '../services.js'

const MAPS = 'Run `postseal maps`, then `postseal setup postfix --apply`.'

/** Lanes that deliver by a policy map, with the levels that an entry for a domain may have. */
const MAPPED = {
  qtls: ['secure', 'verify', 'fingerprint', 'dane-only'],
  tls: ['encrypt', 'secure', 'verify', 'fingerprint', 'dane-only'],
} as const
type MappedLane = keyof typeof MAPPED
const MAPPED_LANES = Object.keys(MAPPED) as readonly MappedLane[]

/** The keys that the policy maps of the lanes are asked for: their own way back. */
export function policyQuestions(facts: Pick<DoctorFacts, 'config'>): readonly string[] {
  return listenersOf(facts.config).map(({ address }) => nextHopOf(address))
}

const present: Check = {
  id: 'policy-maps',
  fine: 'The lanes qtls and tls have their policy maps, with their own way back in them.',
  look: facts =>
    overLanes(facts, (lane, name) => {
      const value = valueOf(facts, 'smtp_tls_policy_maps', lane)
      const at = [whereIs(facts, 'smtp_tls_policy_maps', lane)]
      if (tablesIn(value).length === 0) {
        return [
          fail(`Lane ${name} has no policy map: what it is to verify, nobody told it.`, {
            at,
            remedy: MAPS,
          }),
        ]
      }
      const listener = listenersOf(facts.config).find(one => one.lane === name)
      const back = nextHopOf(listener?.address ?? '')
      const answer = askTables(facts, value, back)
      if (answer.known && /^none\b/.test(answer.value)) return []
      if (!answer.known && answer.unsure !== undefined) {
        const why = answer.unsure.trouble ?? 'it gave no answer'
        return [
          fail(`The policy map of lane ${name} cannot be read: ${why}.`, { at, remedy: MAPS }),
        ]
      }
      const says = answer.known ? answer.value : 'no entry'
      return [
        fail(
          `Lane ${name} cannot hand back what it fails to deliver: ${back} has ${says}, not none.`,
          {
            at,
            remedy: MAPS,
          },
        ),
      ]
    }),
}

const entries: Check = {
  id: 'policy-entries',
  fine: 'No entry of a policy map is weaker than its lane.',
  look: facts =>
    overLanes(facts, (lane, name) =>
      tablesIn(valueOf(facts, 'smtp_tls_policy_maps', lane)).flatMap(tableName => {
        const table = facts.tables.get(tableName)
        if (table?.entries === undefined) return [unlisted(tableName, table, name)]
        const weak = table.entries.filter(entry => isWeak(facts, name, entry))
        if (weak.length === 0) return []
        return [
          fail(
            `${weak.length} entries in the policy map of lane ${name} allow less than the lane.`,
            {
              at: weak.slice(0, 5).map(entry => placeOfEntry(table, entry)),
              remedy: MAPS,
            },
          ),
        ]
      }),
    ),
}

function unlisted(name: string, table: Table | undefined, lane: string): Problem {
  const why = table?.trouble === undefined ? '' : ` (${table.trouble})`
  return unknown(`The policy map ${name} of lane ${lane} cannot be listed${why}.`, {
    at: [{ file: table === undefined ? name : placeOf(table) }],
    remedy: 'Make sure that no entry is weaker than the lane.',
  })
}

/** An entry for a domain; the way back to a listener has no TLS, since it never leaves. */
function isWeak(facts: DoctorFacts, lane: MappedLane, { key, value }: TableEntry): boolean {
  if (policyQuestions(facts).includes(key)) return false
  const [level = '', ...attributes] = value.trim().split(/[\s,]+/)
  if (!(MAPPED[lane] as readonly string[]).includes(level)) return true
  const said = attributes.map(attribute => attribute.split(/=(.*)/s) as [string, string?])
  return said.some(([name, text = '']) => weakens(lane, name, text)) || isUnnamed(lane, level, said)
}

/** Settings that an entry may have for itself; a name from DNS was verified by nobody. */
function weakens(lane: MappedLane, name: string, value: string): boolean {
  if (name === 'ciphers') return value !== 'high'
  if (name === 'protocols') return !isFrom12(value)
  // Authorities that hold for one domain, in place of those that were looked at.
  if (name === 'tafile') return lane === 'qtls'
  if (name !== 'match' || lane !== 'qtls') return false
  return /(?:^|:)(?:nexthop|dot-nexthop|hostname)(?::|$)/.test(value)
}

/** `verify` without names believes those of the MX records, which anybody may have made. */
function isUnnamed(
  lane: MappedLane,
  level: string,
  said: readonly (readonly [string, string?])[],
): boolean {
  return lane === 'qtls' && level === 'verify' && !said.some(([name]) => name === 'match')
}

const dangling: Check = {
  id: 'default-tls',
  fine: 'What is delivered inside has the TLS that main.cf says.',
  look: facts => {
    const level = valueOf(facts, 'smtp_tls_security_level')
    if (level !== '' && level !== 'none') return []
    return [
      warn('Services without a TLS level of their own deliver in clear text.', {
        at: [whereIs(facts, 'smtp_tls_security_level')],
        remedy: 'Set smtp_tls_security_level to encrypt, and may for what is inside.',
      }),
    ]
  },
}

function overLanes(
  facts: DoctorFacts,
  look: (lane: Service, name: MappedLane) => readonly Problem[],
): readonly Problem[] {
  return MAPPED_LANES.flatMap(name => {
    const lane = serviceNamed(facts, name)
    return lane === undefined ? [] : look(lane, name)
  })
}

function placeOfEntry(table: Table, { key, value, line }: TableEntry): Evidence {
  return { file: placeOf(table), line, value: `${key} ${value}` }
}

/** What the lanes are told about single domains. */
export const POLICY_MAP_CHECKS: readonly Check[] = [present, entries, dangling]
