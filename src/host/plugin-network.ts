import { LRUCache } from 'lru-cache'
import { unlessAborted } from './unless-aborted.js'

/** A question to a service. */
export interface NetworkRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Ends the question early: the signal of the message. */
  readonly signal?: AbortSignal
  /** Until the last byte of the answer; default and at most 30,000. */
  readonly timeoutMs?: number
  /** Bytes of the answer's body; default 1 MiB, at most 16 MiB. */
  readonly maxBytes?: number
  /**
   * For how long the same question gets the same answer without asking again, in seconds. Default 0.
   * The same is what has the same method, address, header and body. Only answers from 200 to 299
   * and 404 are kept.
   */
  readonly cacheSeconds?: number
}

/** What a service answered. */
export interface NetworkAnswer {
  readonly status: number
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly fromCache: boolean
  text(): string
  json(): unknown
}

/** How a plugin asks a service: with a deadline, a bounded answer and a cache. */
export interface PluginNetwork {
  /**
   * One HTTP question. Redirects are not followed, and no cookie is kept.
   *
   * Throws  NetworkError when there is no whole answer in time; an answer with any status is one.
   *         Let it fly: the message is deferred and tried again.
   */
  request(url: string | URL, request?: NetworkRequest): Promise<NetworkAnswer>
}

/** Names what went wrong with the service and never the address, which may hold what was asked. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
}

const MAX_TIMEOUT_MS = 30_000
const DEFAULT_BYTES = 1024 * 1024
const MAX_BYTES = 16 * 1024 * 1024
const MAX_CACHED_BYTES = 16 * 1024 * 1024
/** A question that is kept costs its text too. */
const MAX_QUESTION = 64 * 1024

type Kept = Pick<NetworkAnswer, 'status' | 'headers' | 'body'>

/**
 * The network of one plugin in one thread.
 *
 * Two that ask the same at once, and may take a kept answer, share one question.
 */
export function pluginNetwork(fetching: typeof fetch = fetch): PluginNetwork {
  const cache = new LRUCache<string, Kept>({
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: ({ body, headers }, key) =>
      1 + key.length + body.length + JSON.stringify(headers).length,
  })
  const asking = new Map<string, Promise<Kept>>()
  return Object.freeze({
    async request(url: string | URL, request: NetworkRequest = {}): Promise<NetworkAnswer> {
      const address = checkedAddress(url)
      const { cacheSeconds = 0, signal } = request
      signal?.throwIfAborted()
      const question = cacheSeconds > 0 ? questionOf(address, request) : undefined
      if (question === undefined) return answerOf(await ask(fetching, address, request), false)
      const kept = cache.get(question)
      if (kept !== undefined) return answerOf(kept, true)
      // Who shares a question shares its end: one message that ends must not end it for others.
      const { signal: _, ...forAll } = request
      const shared = asking.get(question) ?? ask(fetching, address, forAll)
      asking.set(question, shared)
      try {
        const answer = await (signal === undefined
          ? shared
          : unlessAborted(shared, signal, () => signal.reason as Error))
        if (isLasting(answer)) cache.set(question, answer, { ttl: cacheSeconds * 1000 })
        return answerOf(answer, false)
      } finally {
        if (asking.get(question) === shared)
          void shared.then(
            () => asking.delete(question),
            () => asking.delete(question),
          )
      }
    },
  })
}

async function ask(fetching: typeof fetch, url: URL, request: NetworkRequest): Promise<Kept> {
  const { method = 'GET', headers = {}, body, signal } = request
  const timeoutMs = Math.min(request.timeoutMs ?? MAX_TIMEOUT_MS, MAX_TIMEOUT_MS)
  const maxBytes = Math.min(request.maxBytes ?? DEFAULT_BYTES, MAX_BYTES)
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetching(url, {
      method,
      headers,
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      ...(body === undefined ? {} : { body }),
    })
    return {
      status: response.status,
      headers: Object.freeze(Object.fromEntries(response.headers)),
      body: await bounded(response, maxBytes),
    }
  } catch (thrown) {
    signal?.throwIfAborted()
    if (thrown instanceof NetworkError) throw thrown
    if (deadline.aborted) throw new NetworkError(`no whole answer within ${timeoutMs} ms`)
    throw new NetworkError(`no answer (${codeOf(thrown)})`)
  }
}

async function bounded(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new NetworkError(`an answer of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Only the web, and no password in the address: it would stand in a cache. */
function checkedAddress(url: string | URL): URL {
  const address = new URL(url)
  if (address.protocol !== 'https:' && address.protocol !== 'http:')
    throw new TypeError('only http and https can be asked')
  if (address.username !== '' || address.password !== '')
    throw new TypeError('a user name or password belongs into a header')
  return address
}

function questionOf(
  url: URL,
  { method = 'GET', headers = {}, body = '' }: NetworkRequest,
): string | undefined {
  const sent = typeof body === 'string' ? body : Buffer.from(body).toString('base64')
  const question = JSON.stringify([
    method,
    url.href,
    Object.entries(headers).map(String).sort(inOrder),
    sent,
  ])
  return question.length > MAX_QUESTION ? undefined : question
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isLasting({ status }: Kept): boolean {
  return (status >= 200 && status < 300) || status === 404
}

function answerOf(kept: Kept, fromCache: boolean): NetworkAnswer {
  const { body } = kept
  const text = (): string => body.toString('utf8')
  const json = (): unknown => {
    try {
      return JSON.parse(text())
    } catch {
      // The parser's own words quote the answer.
      throw new NetworkError('an answer that is no JSON')
    }
  }
  return Object.freeze({ ...kept, fromCache, text, json })
}

/** `ECONNREFUSED` and its like, of the error or of what is behind it. */
function codeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'failed'
}
