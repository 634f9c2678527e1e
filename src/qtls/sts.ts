import { isTrouble, type NameSource } from '../dns/resolver.js'
import type { CheckedFetch } from './checked-fetch.js'
import type { StsFacts, StsPolicy } from './facts.js'
import { parseStsPolicy, stsId } from './sts-policy.js'

/** RFC 8461, section 3.2, suggests a limit like it. */
const MAX_POLICY_BYTES = 64 * 1024

export interface StsOptions {
  readonly names: NameSource
  readonly fetch: CheckedFetch
  readonly timeoutMs: number
  readonly now: () => number
}

/** What an earlier look found: it holds until its time is over, whatever becomes of the record. */
export type EarlierSts = Pick<StsFacts, 'id' | 'policy'>

/**
 * The MTA-STS policy of a domain, fetched when there is none, its id has changed, or a fifth of its
 * time is left: then the one that is held stays when there is no other to be had.
 *
 * Throws  only what `signal` is aborted with
 * Source  RFC 8461, sections 3 and 5.1
 */
export async function stsOf(
  domain: string,
  options: StsOptions,
  earlier: EarlierSts | undefined,
  signal: AbortSignal,
): Promise<StsFacts> {
  const held = stillHeld(earlier, options.now())
  const fromCache = (more: Pick<StsFacts, 'state' | 'failure'>): StsFacts =>
    Object.freeze({
      id: held?.id,
      policy: held?.policy,
      fromCache: held !== undefined,
      ...more,
    })
  const answer = await options.names.ask(`_mta-sts.${domain}`, 'TXT', signal)
  if (isTrouble(answer)) return fromCache({ state: 'unanswered', failure: undefined })
  const texts = answer.records.flatMap(one => (one.type === 'TXT' ? [one.text] : []))
  const announced = stsId(texts)
  if (announced === undefined) return fromCache({ state: 'none', failure: undefined })
  if (announced === 'invalid') {
    const failure = { code: 'sts_invalid', detail: 'the TXT record' } as const
    return fromCache({ state: 'invalid-record', failure })
  }
  const { id } = announced
  if (held?.id === id && !isNearEnd(held, options.now()))
    return fromCache({ state: 'announced', failure: undefined })
  const fetched = await fetchPolicy(domain, options, signal)
  if ('code' in fetched) return fromCache({ state: 'announced', failure: fetched })
  return Object.freeze({
    state: 'announced',
    id,
    policy: fetched,
    fromCache: false,
    failure: undefined,
  })
}

function stillHeld(earlier: EarlierSts | undefined, now: number): EarlierSts | undefined {
  const policy = earlier?.policy
  if (policy === undefined) return undefined
  return policy.fetchedAt + policy.maxAgeSeconds * 1000 > now ? earlier : undefined
}

/** RFC 8461, 3.3: it is to be renewed before its time is over, though the id has not changed. */
function isNearEnd({ policy }: EarlierSts, now: number): boolean {
  return policy !== undefined && now >= policy.fetchedAt + policy.maxAgeSeconds * 1000 * 0.8
}

async function fetchPolicy(
  domain: string,
  { fetch, timeoutMs, now }: StsOptions,
  signal: AbortSignal,
): Promise<StsPolicy | NonNullable<StsFacts['failure']>> {
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`
  const result = await fetch({ url, maxBytes: MAX_POLICY_BYTES, timeoutMs, signal })
  if (result.kind === 'failure')
    return { code: 'sts_fetch', detail: `${result.code}: ${result.detail}` }
  const { status, contentType, body } = result
  if (status !== 200) return { code: 'sts_fetch', detail: `status ${status}` }
  if (contentType !== 'text/plain') return { code: 'sts_invalid', detail: 'it is no text/plain' }
  const policy = parseStsPolicy(body.toString('latin1'), now())
  return typeof policy === 'string' ? { code: 'sts_invalid', detail: policy } : policy
}
