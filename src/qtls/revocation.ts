import type { CertificateFacts } from './certificate.js'
import type { CheckedFetch } from './checked-fetch.js'
import { askCrl, parseCrl } from './crl.js'
import type { CertificateStatus, RevocationSource } from './facts.js'
import { abortable, KeyedLock } from './keyed-lock.js'
import { MAX_OCSP, ocspRequest, readOcsp, type OcspAnswer } from './ocsp.js'
import { outsideText } from './outside-text.js'
import type { AnswerCache } from './revocation-cache.js'

export interface RevocationOptions {
  readonly fetch: CheckedFetch
  readonly cache: AnswerCache
  /** Larger lists are not taken; see the setting. */
  readonly maxCrlBytes: number
  /** For one source, from the look-up of its name to the last byte. */
  readonly timeoutMs: number
  readonly now: () => number
}

/** A certificate below the anchor, and the one that issued it. */
export interface Issuance {
  /** Index into the chain as sent. */
  readonly index: number
  readonly certificate: CertificateFacts
  readonly issuer: CertificateFacts
}

export type CheckRevocation = (
  path: readonly Issuance[],
  staple: string | undefined,
  signal: AbortSignal,
) => Promise<readonly CertificateStatus[]>

/** URLs of one kind that are asked; a certificate names one, rarely two. */
const MAX_URLS = 2
/** Clocks of authorities run ahead by minutes. */
const SKEW = 5 * 60_000
/** How long an answer counts that does not say it. */
const DEFAULT_LIFE = 24 * 60 * 60_000

/**
 * Asks every source that a certificate names whether it is revoked: lists and OCSP, and the answer
 * that came with the handshake. What is fetched is kept as long as it says it holds.
 *
 * Source  RFC 5280, 6.3; RFC 6960; RFC 6066, 8
 */
export function revocationChecker(options: RevocationOptions): CheckRevocation {
  const slots = new KeyedLock()
  let next = 0
  // Lists can be large, and whoever runs a domain can name some: only a few come at a time.
  const inSlot: InSlot = work => slots.run(String((next = (next + 1) % LISTS_AT_ONCE)), work, NEVER)
  return async (path, staple, signal) =>
    Promise.all(
      path.map(async (issuance): Promise<CertificateStatus> => {
        const { certificate, index } = issuance
        const asked = [
          ...certificate.crlUrls
            .slice(0, MAX_URLS)
            .map(url => inTime('crl', url, askList(url, issuance, options, inSlot), signal)),
          ...certificate.ocspUrls
            .slice(0, MAX_URLS)
            .map(url => inTime('ocsp', url, askResponder(url, issuance, options), signal)),
        ]
        const stapled = index === 0 && staple !== undefined
        const sources = await Promise.all(asked)
        const all = stapled ? [readStaple(staple, issuance, options.now()), ...sources] : sources
        return Object.freeze({ index, sources: Object.freeze(all) })
      }),
    )
}

type InSlot = <T>(work: () => Promise<T>) => Promise<T>

const LISTS_AT_ONCE = 4

/** Others may wait for the same answer, so a fetch ends by its own time-out only. */
const NEVER = new AbortController().signal

/** Whoever has no time left goes on without the answer. */
async function inTime(
  method: 'crl' | 'ocsp',
  url: string,
  work: Promise<RevocationSource>,
  signal: AbortSignal,
): Promise<RevocationSource> {
  const late = { ...NOTHING, method, url, detail: 'no time left' } as const
  return abortable(work, signal).catch((thrown: unknown) => {
    if (signal.aborted) return late
    throw thrown
  })
}

async function askList(
  url: string,
  { certificate, issuer }: Issuance,
  { fetch, cache, maxCrlBytes, timeoutMs, now }: RevocationOptions,
  inSlot: InSlot,
): Promise<RevocationSource> {
  const none = { ...NOTHING, method: 'crl', url } as const
  const bytes = await cache.get(`crl ${url}`, now(), async () => {
    const request = { url, maxBytes: maxCrlBytes, timeoutMs, signal: NEVER }
    const result = await inSlot(() => fetch(request))
    if (result.kind === 'failure') return { failure: `${result.code}: ${result.detail}` }
    if (result.status !== 200) return { failure: `HTTP status ${result.status}` }
    const crl = parseCrl(result.body)
    if (crl === undefined) return { failure: 'not a revocation list' }
    // Only what somebody signed is kept.
    if (askCrl(crl, certificate, issuer).state === 'bad-signature')
      return { bytes: result.body, until: 0 }
    return { bytes: result.body, until: crl.nextUpdate ?? crl.thisUpdate + DEFAULT_LIFE }
  })
  if ('failure' in bytes) return { ...none, detail: outsideText(bytes.failure) }
  const crl = parseCrl(bytes.bytes)
  if (crl === undefined) return { ...none, detail: 'not a revocation list' }
  const answer = askCrl(crl, certificate, issuer)
  const { thisUpdate, nextUpdate } = crl
  switch (answer.state) {
    case 'unusable':
      return { ...none, detail: answer.detail }
    case 'bad-signature':
      return { ...none, state: 'bad-signature', detail: answer.detail }
    case 'revoked':
      return { ...none, state: 'revoked', thisUpdate, nextUpdate, revokedAt: answer.revokedAt }
    case 'good': {
      const state = isTimely(thisUpdate, nextUpdate, now()) ? 'good' : 'stale'
      return { ...none, state, thisUpdate, nextUpdate }
    }
    default: {
      const never: never = answer
      throw new TypeError(String(never))
    }
  }
}

async function askResponder(
  url: string,
  { certificate, issuer }: Issuance,
  { fetch, cache, timeoutMs, now }: RevocationOptions,
): Promise<RevocationSource> {
  const none = { ...NOTHING, method: 'ocsp', url } as const
  const key = `ocsp ${url} ${issuer.spki} ${certificate.serial}`
  const bytes = await cache.get(key, now(), async () => {
    const body = ocspRequest(certificate, issuer)
    const contentType = 'application/ocsp-request'
    const result = await fetch({
      url,
      body,
      contentType,
      maxBytes: MAX_OCSP,
      timeoutMs,
      signal: NEVER,
    })
    if (result.kind === 'failure') return { failure: `${result.code}: ${result.detail}` }
    if (result.status !== 200) return { failure: `HTTP status ${result.status}` }
    const answer = readOcsp(result.body, certificate, issuer, now())
    // Only what somebody signed is kept.
    if (answer.state === 'unusable') return { failure: answer.detail }
    if ('detail' in answer) return { bytes: result.body, until: 0 }
    return { bytes: result.body, until: answer.nextUpdate ?? answer.thisUpdate + DEFAULT_LIFE }
  })
  if ('failure' in bytes) return { ...none, detail: outsideText(bytes.failure) }
  return ocspSource(none, readOcsp(bytes.bytes, certificate, issuer, now()), now())
}

function readStaple(
  staple: string,
  { certificate, issuer }: Issuance,
  now: number,
): RevocationSource {
  const none = { ...NOTHING, method: 'staple', url: '' } as const
  return ocspSource(none, readOcsp(Buffer.from(staple, 'base64'), certificate, issuer, now), now)
}

function ocspSource(none: RevocationSource, answer: OcspAnswer, now: number): RevocationSource {
  if (answer.state === 'unusable') return { ...none, detail: answer.detail }
  if ('detail' in answer) return { ...none, state: 'bad-signature', detail: answer.detail }
  const { state, thisUpdate, nextUpdate, revokedAt } = answer
  const said = { ...none, thisUpdate, nextUpdate, revokedAt }
  if (state === 'revoked') return { ...said, state }
  return { ...said, state: isTimely(thisUpdate, nextUpdate, now) ? state : 'stale' }
}

const NOTHING = {
  state: 'unavailable',
  thisUpdate: undefined,
  nextUpdate: undefined,
  revokedAt: undefined,
  detail: undefined,
} as const satisfies Omit<RevocationSource, 'method' | 'url'>

function isTimely(thisUpdate: number, nextUpdate: number | undefined, now: number): boolean {
  return thisUpdate <= now + SKEW && (nextUpdate ?? thisUpdate + DEFAULT_LIFE) > now
}
