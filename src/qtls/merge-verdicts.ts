import { isAtLeast } from './judge.js'
import { TEMPORARY_CODES } from './reason-codes.js'
import type { DomainVerdict, Reason } from './verdict-model.js'

/** Something was lost that a domain had before: somebody may be in the way. */
export interface Alarm {
  readonly what: 'starttls_disappeared' | 'dane_lost'
  readonly host: string | undefined
}

export interface MergedVerdict {
  readonly verdict: DomainVerdict
  readonly alarms: readonly Alarm[]
  /** The earlier verdict still stands. */
  readonly isEarlier: boolean
}

/**
 * Puts a new verdict beside the one on record. What could only not be tested never undoes a better
 * verdict that still holds, and neither does a server that offered STARTTLS before and does not now:
 * whoever sits on the way could take both away. Each is said, and the loss of STARTTLS or of DANE is
 * an alarm.
 *
 * Shape   `now` in epoch milliseconds; `asTested` gives the new verdict as it would be if whoever was
 *         asked about the servers and was silent had answered well (see `asTested`)
 */
export function mergeWithEarlier(
  earlier: DomainVerdict | undefined,
  latest: DomainVerdict,
  now: number,
  { asTested = () => latest }: { readonly asTested?: () => DomainVerdict } = {},
): MergedVerdict {
  if (earlier === undefined) return result(latest, [], false)
  const alarms = alarmsOf(earlier, latest)
  const holds = earlier.until > now && isAtLeast(earlier.level, 'mandatory')
  const lost = alarms.filter(({ what }) => what === 'starttls_disappeared')
  const said = lost.map(({ host }) => disappeared(host))
  const isWorse = latest.level === 'undetermined' || !isAtLeast(latest.level, earlier.level)
  if (holds && isWorse && (lost.length > 0 || isOnlyUntested(earlier, latest, asTested))) {
    const added = [...said, ...latest.reasons.filter(({ code }) => isAside(code))]
    const before = earlier.reasons.filter(({ code }) => !isAside(code))
    return result({ ...earlier, reasons: withReasons(added, before) }, alarms, true)
  }
  const isOver = latest.level === 'undetermined' && isAtLeast(earlier.level, 'mandatory')
  const over: readonly Reason[] = isOver
    ? [reason('verdict_expired', { until: new Date(earlier.until).toISOString() })]
    : []
  return result(
    { ...latest, reasons: withReasons([...said, ...over], latest.reasons) },
    alarms,
    false,
  )
}

/**
 * The servers that the earlier verdict rests on could not be tested, or DNS could not be asked, or
 * nothing is wrong with them but that somebody else did not answer.
 */
function isOnlyUntested(
  earlier: DomainVerdict,
  latest: DomainVerdict,
  asTested: () => DomainVerdict,
): boolean {
  if (latest.level === 'undetermined') return true
  if (earlier.match.length === 0) return false
  if (earlier.match.every(name => isUntested(latest, name))) return true
  const hoped = asTested()
  return earlier.match.every(name => hoped.match.includes(name) || isUntested(hoped, name))
}

const isUntested = ({ hosts }: DomainVerdict, name: string): boolean =>
  hosts.find(({ host }) => host === name)?.level === 'undetermined'

function alarmsOf(earlier: DomainVerdict, latest: DomainVerdict): readonly Alarm[] {
  const alarms: Alarm[] = []
  const hadTls = new Set(
    earlier.hosts.filter(({ level }) => isAtLeast(level, 'mandatory')).map(({ host }) => host),
  )
  const without = new Set(
    latest.reasons.flatMap(({ code, host }) => (WITHOUT_TLS.has(code) ? [host ?? ''] : [])),
  )
  for (const host of without)
    if (hadTls.has(host)) alarms.push({ what: 'starttls_disappeared', host })
  return [...alarms, ...daneLost(earlier, latest)]
}

/**
 * Server by server, whatever the verdict was worth and whether it is over; and for the domain when
 * none is left that DANE binds to it. A server that is silent has lost nothing.
 */
function daneLost(earlier: DomainVerdict, latest: DomainVerdict): readonly Alarm[] {
  const had = earlier.hosts.flatMap(({ host, dane }) => (dane ? [host] : []))
  const lost = had.filter(name => {
    const now = latest.hosts.find(({ host }) => host === name)
    return now !== undefined && now.level !== 'undetermined' && !now.dane
  })
  if (lost.length > 0) return lost.map(host => ({ what: 'dane_lost', host }))
  const before = boundByDane(earlier)
  const isGone = before.length > 0 && boundByDane(latest).length === 0
  if (!isGone || latest.level === 'undetermined') return []
  return before.some(name => isUntested(latest, name))
    ? []
    : [{ what: 'dane_lost', host: undefined }]
}

const boundByDane = ({ bindings }: DomainVerdict): readonly string[] =>
  bindings.find(({ binding }) => binding === 'dane')?.hosts ?? []

const WITHOUT_TLS: ReadonlySet<string> = new Set(['no_starttls', 'starttls_stripped'])

const isAside = (code: string): boolean =>
  TEMPORARY_CODES.has(code) || WITHOUT_TLS.has(code) || code === 'revocation_unavailable'

const disappeared = (host: string | undefined): Reason => ({
  ...reason('starttls_disappeared', {}),
  ...(host === undefined ? {} : { host }),
})

const reason = (code: string, evidence: Readonly<Record<string, unknown>>): Reason => ({
  code,
  severity: 'fail',
  evidence,
})

/** New ones first; what was added the last time is not added again. */
function withReasons(added: readonly Reason[], reasons: readonly Reason[]): readonly Reason[] {
  const key = ({ code, host, ip }: Reason): string => `${code} ${host} ${ip}`
  const keys = new Set(added.map(key))
  const kept = reasons.filter(
    one =>
      !keys.has(key(one)) && one.code !== 'starttls_disappeared' && one.code !== 'verdict_expired',
  )
  return Object.freeze([...added, ...kept])
}

function result(
  verdict: DomainVerdict,
  alarms: readonly Alarm[],
  isEarlier: boolean,
): MergedVerdict {
  return Object.freeze({ verdict: Object.freeze(verdict), alarms, isEarlier })
}
