import type { Answer, TlsaData } from 'dns-packet'

/** What is known of one name; a member that is absent: there is no such record. */
export interface DnsName {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  /** `10 mx.b.test`; `0 .` says that the domain takes no mail. */
  readonly mx?: readonly string[]
  readonly ns?: readonly string[]
  readonly txt?: readonly string[]
  readonly tlsa?: readonly TlsaData[]
  /** Alone, as the standard wants it. */
  readonly cname?: string
  /** Whether answers for this name, and for those below that say nothing else, are authenticated. */
  readonly secure?: boolean
  /** Questions about this name and those below get an error, or no answer at all. */
  readonly fails?: 'servfail' | 'silent'
}

/** Names without the dot at their end, in lower case. */
export type DnsNames = ReadonlyMap<string, DnsName>

export type DnsReply =
  | { readonly code: 'silent' }
  | {
      readonly code: 'noerror' | 'nxdomain' | 'servfail'
      readonly secure: boolean
      readonly answers: readonly Answer[]
    }

const TTL_SECONDS = 60
/** A chain of aliases that is longer is a loop. */
const MAX_ALIASES = 8

/** What a validating resolver would say to a question, aliases followed. */
export function lookUp(names: DnsNames, question: string, type: string): DnsReply {
  const answers: Answer[] = []
  let secure = true
  let name = question
  for (let hops = 0; hops <= MAX_ALIASES; hops++) {
    const fails = nearest(names, name, ({ fails }) => fails)
    if (fails === 'silent') return { code: 'silent' }
    if (fails === 'servfail') break
    secure &&= nearest(names, name, ({ secure }) => secure) ?? false
    const found = names.get(name)
    if (found === undefined)
      return { code: isAbove(names, name) ? 'noerror' : 'nxdomain', secure, answers }
    answers.push(...records(name, found, type))
    if (found.cname === undefined || type === 'CNAME') return { code: 'noerror', secure, answers }
    answers.push({ name, type: 'CNAME', ttl: TTL_SECONDS, data: found.cname })
    name = found.cname
  }
  return { code: 'servfail', secure: false, answers: [] }
}

/** A property of the name itself, or of the nearest name above that has it. */
function nearest<T>(
  names: DnsNames,
  name: string,
  property: (name: DnsName) => T | undefined,
): T | undefined {
  for (let at = name; ; at = at.slice(at.indexOf('.') + 1)) {
    const known = names.get(at)
    const value = known === undefined ? undefined : property(known)
    if (value !== undefined) return value
    if (!at.includes('.')) return undefined
  }
}

/** A name that has nothing of its own exists when there is one below it (RFC 8020). */
function isAbove(names: DnsNames, name: string): boolean {
  return [...names.keys()].some(other => other.endsWith(`.${name}`))
}

function records(name: string, found: DnsName, type: string): Answer[] {
  const common = { name, ttl: TTL_SECONDS } as const
  switch (type) {
    case 'A':
      return (found.a ?? []).map(data => ({ ...common, type, data }))
    case 'AAAA':
      return (found.aaaa ?? []).map(data => ({ ...common, type, data }))
    case 'NS':
      return (found.ns ?? []).map(data => ({ ...common, type, data }))
    case 'TXT':
      return (found.txt ?? []).map(text => ({ ...common, type, data: txtData(text) }))
    case 'TLSA':
      return (found.tlsa ?? []).map(data => ({ ...common, type, data }))
    case 'MX':
      return (found.mx ?? []).map(text => ({ ...common, type, data: mxData(text) }))
    default:
      return []
  }
}

/** One string of a record holds 255 octets (RFC 1035, section 3.3.14); readers join several. */
function txtData(text: string): string | string[] {
  return text.length <= 255 ? text : (text.match(/[^]{1,255}/g) ?? [])
}

function mxData(text: string): { preference: number; exchange: string } {
  const [preference, exchange = ''] = text.split(' ')
  return { preference: Number(preference), exchange }
}
