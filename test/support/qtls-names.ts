import type { DnsAnswer, DnsRecord, DnsState, RecordType } from '../../src/dns/model.js'
import type { NameSource } from '../../src/dns/resolver.js'

/** Records of one name, as a test writes them; what is absent does not exist. */
export interface FakeName {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  readonly mx?: readonly (readonly [preference: number, exchange: string])[]
  readonly txt?: readonly string[]
  readonly tlsa?: readonly {
    readonly usage: number
    readonly selector: number
    readonly matchingType: number
    readonly data: Buffer
  }[]
  readonly cname?: string
  /** `secure` where nothing is said. */
  readonly state?: DnsState
}

/** Names that answer out of a table, without a server; counts what it was asked. */
export function fakeNames(
  table: Readonly<Record<string, FakeName>>,
): NameSource & { readonly asked: string[] } {
  const asked: string[] = []
  const ask = (name: string, type: RecordType, aliases: readonly string[]): DnsAnswer => {
    const known = table[name]
    const state = known?.state ?? 'secure'
    const isTrouble = state !== 'secure' && state !== 'insecure'
    const records = known === undefined || isTrouble ? [] : recordsOf(name, known, type)
    if (known?.cname !== undefined && type !== 'CNAME') {
      const end = ask(known.cname, type, [...aliases, known.cname])
      return state === 'secure' ? end : { ...end, state }
    }
    return { state, isMissing: known === undefined, aliases, records, ttlSeconds: 300 }
  }
  return {
    asked,
    ask: async (name, type, signal) => {
      signal.throwIfAborted()
      asked.push(`${type} ${name}`)
      return ask(name, type, [])
    },
  }
}

function recordsOf(name: string, known: FakeName, type: RecordType): DnsRecord[] {
  const common = { name, ttlSeconds: 300 } as const
  switch (type) {
    case 'A':
      return (known.a ?? []).map(address => ({ ...common, type, address }))
    case 'AAAA':
      return (known.aaaa ?? []).map(address => ({ ...common, type, address }))
    case 'MX':
      return (known.mx ?? []).map(([preference, exchange]) => ({
        ...common,
        type,
        preference,
        exchange,
      }))
    case 'TXT':
      return (known.txt ?? []).map(text => ({ ...common, type, text }))
    case 'TLSA':
      return (known.tlsa ?? []).map(one => ({ ...common, type, ...one }))
    case 'CNAME':
      return known.cname === undefined ? [] : [{ ...common, type, target: known.cname }]
    case 'NS':
    case 'SOA':
      return []
    default:
      return type satisfies never
  }
}
