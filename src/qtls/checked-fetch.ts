import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { NameSource } from '../dns/resolver.js'
import { isTrouble } from '../dns/resolver.js'
import type { AddressPolicy } from './address-policy.js'
import { addressesOf } from './addresses.js'

export interface FetchRequest {
  /** `http:` or `https:`. */
  readonly url: string
  /** GET where there is no body, else POST. */
  readonly body?: Buffer
  /** Of the body. */
  readonly contentType?: string
  /** What is longer is not taken. */
  readonly maxBytes: number
  /** From the look-up of the name to the last byte. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Which addresses of the host are tried; all but the first few are never. */
  readonly maxAddresses?: number
}

export type FetchResult =
  | {
      readonly kind: 'response'
      readonly status: number
      /** Lower case, without parameters. */
      readonly contentType: string
      readonly body: Buffer
    }
  | { readonly kind: 'failure'; readonly code: FetchFailure; readonly detail: string }

export type FetchFailure =
  /** Nothing that may be fetched. */
  | 'bad-url'
  | 'no-address'
  | 'dns'
  /** A private, loopback or own address. */
  | 'forbidden-address'
  | 'connection'
  /** The certificate is not good for the host. */
  | 'certificate'
  | 'timeout'
  | 'too-large'
  /** Bytes that are no HTTP, or fewer than were announced. */
  | 'protocol'

/** Throws  only what the signal of the request is aborted with. */
export type CheckedFetch = (request: FetchRequest) => Promise<FetchResult>

export interface CheckedFetchOptions {
  readonly names: NameSource
  readonly policy: AddressPolicy
  /** Whom to believe about `https:` servers; the authorities of Node where absent. */
  readonly trust?: SecureContext
}

const MAX_URL_LENGTH = 2000
const MAX_HEADER_BYTES = 16 * 1024
const MAX_ADDRESSES = 2
/** Where no web server of a certificate authority is; a URL must not make us speak to others. */
const isForbiddenPort = (port: number): boolean => port < 1024 && port !== 80 && port !== 443

/**
 * Fetches what a certificate, a policy or a domain's owner names, without being led astray by it.
 *
 * The name is looked up once, the connection goes to the address that was checked, no redirect is
 * followed, nothing is decompressed, and size and time are bounded.
 */
export function createCheckedFetch(options: CheckedFetchOptions): CheckedFetch {
  return async request => {
    const url = parseUrl(request.url)
    if (typeof url === 'string') return failure('bad-url', url)
    const time = AbortSignal.timeout(request.timeoutMs)
    const signal = AbortSignal.any([request.signal, time])
    try {
      return await fetchFrom(url, request, options, signal)
    } catch (thrown) {
      request.signal.throwIfAborted()
      if (time.aborted) return failure('timeout', `not done within ${request.timeoutMs} ms`)
      throw thrown
    }
  }
}

async function fetchFrom(
  url: URL,
  request: FetchRequest,
  { names, policy, trust }: CheckedFetchOptions,
  signal: AbortSignal,
): Promise<FetchResult> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const found = await addressesOf(names, host, signal)
  if (found.addresses.length === 0) {
    return isTrouble(found) ? failure('dns', found.state) : failure('no-address', host)
  }
  let result: FetchResult = failure('no-address', host)
  for (const address of found.addresses.slice(0, request.maxAddresses ?? MAX_ADDRESSES)) {
    const objection = policy.objection(address)
    result =
      objection === undefined
        ? await exchange(url, { host, address, trust }, request, signal)
        : failure('forbidden-address', `${address} is ${objection}`)
    if (result.kind === 'response' || result.code !== 'connection') return result
  }
  return result
}

interface Target {
  readonly host: string
  readonly address: string
  readonly trust: SecureContext | undefined
}

function exchange(
  url: URL,
  { host, address, trust }: Target,
  { body, contentType, maxBytes }: FetchRequest,
  signal: AbortSignal,
): Promise<FetchResult> {
  const isSecure = url.protocol === 'https:'
  const options: RequestOptions & { secureContext?: SecureContext; servername?: string } = {
    host: address,
    port: portOf(url),
    path: `${url.pathname}${url.search}`,
    method: body === undefined ? 'GET' : 'POST',
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
    headers: {
      host: url.host,
      connection: 'close',
      'user-agent': 'postseal',
      ...(body === undefined ? {} : { 'content-length': body.length }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    ...(isSecure && isIP(host) === 0 ? { servername: host } : {}),
    ...(isSecure && trust !== undefined ? { secureContext: trust } : {}),
  }
  return new Promise((done, fail) => {
    const request = (isSecure ? requestHttps : requestHttp)(options)
    let connected = false
    request.once('socket', socket => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (connected = true))
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) fail(error)
      else done(failure(failureOf(error, connected), error.code ?? 'closed'))
    })
    request.once('response', response => {
      collect(response, maxBytes, signal).then(done, fail)
    })
    request.end(body)
  })
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FetchResult> {
  const tooLarge = failure('too-large', `more than ${maxBytes} bytes`)
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.destroy()
    return Promise.resolve(tooLarge)
  }
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      done(tooLarge)
      response.destroy()
    })
    response.once('error', error => {
      if (signal.aborted) fail(error)
      else done(failure('protocol', 'the response broke off'))
    })
    response.once('end', () =>
      done({
        kind: 'response',
        status: response.statusCode ?? 0,
        contentType:
          (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
        body: Buffer.concat(chunks),
      }),
    )
  })
}

/** Gives  the URL, or what is wrong with it. */
function parseUrl(text: string): URL | string {
  if (text.length > MAX_URL_LENGTH) return 'the URL is too long'
  if (!URL.canParse(text)) return 'not a URL'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `not for ${url.protocol}`
  if (url.username !== '' || url.password !== '') return 'the URL names a user'
  return isForbiddenPort(portOf(url)) ? `not at port ${url.port}` : url
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** As Node and OpenSSL name what is wrong with a certificate. */
const CERTIFICATE_ERROR =
  /^(?:ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|UNSPECIFIED)/

function failureOf({ code = '' }: NodeJS.ErrnoException, connected: boolean): FetchFailure {
  if (CERTIFICATE_ERROR.test(code)) return 'certificate'
  return connected || code.startsWith('HPE_') ? 'protocol' : 'connection'
}

function failure(code: FetchFailure, detail: string): FetchResult & { kind: 'failure' } {
  return { kind: 'failure', code, detail }
}
