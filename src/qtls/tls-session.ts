import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  connect,
  createSecureContext,
  type ConnectionOptions,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { isIP } from 'node:net'
import type { SessionFacts } from './facts.js'
import { outsideText } from './outside-text.js'

/** What a session shows by itself; what certificates are worth is found out later. */
export type BareSession = Omit<SessionFacts, 'trust' | 'revocation'>

export type Handshake =
  | { readonly kind: 'session'; readonly session: BareSession; readonly socket: TLSSocket }
  | { readonly kind: 'failed' | 'closed' | 'timeout'; readonly failure: string }

export interface HandshakeOptions {
  readonly offer: SecureContext
  /** For the extension server_name; none is sent where Postfix sends none. */
  readonly serverName: string | undefined
  readonly timeoutMs: number
}

/** Certificates of one chain that are kept; what is longer is cut, and said to be. */
const MAX_CHAIN = 16

/** In the words of OpenSSL. */
export interface TlsOffer {
  /** Lists with a colon between two, TLS 1.3 among them. */
  readonly ciphers: string
  readonly curves: string
  readonly signatures?: string
}

/**
 * One offer as it is made to every server. No authority is known to it, so that a chain is seen as
 * it was sent; a session is never resumed.
 */
export function tlsOffer({ ciphers, curves, signatures }: TlsOffer): SecureContext {
  return createSecureContext({
    ca: [],
    minVersion: 'TLSv1.2',
    // Keys that are too short are to be seen, and judged, rather than refused.
    ciphers: `${ciphers}:@SECLEVEL=0`,
    ecdhCurve: curves,
    ...(signatures === undefined ? {} : { sigalgs: signatures }),
  })
}

/** Shakes hands over a socket on which STARTTLS was answered; takes the socket over. */
export function shakeHands(
  raw: Socket,
  { offer, serverName, timeoutMs }: HandshakeOptions,
  signal: AbortSignal,
): Promise<Handshake> {
  return new Promise(done => {
    const wanted: ConnectionOptions & { readonly requestOCSP: boolean } = {
      socket: raw,
      secureContext: offer,
      rejectUnauthorized: false,
      requestOCSP: true,
      ...(serverName === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
    }
    const socket = connect(wanted)
    let staple: Buffer | undefined
    const end = (result: Handshake): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', late)
      socket.off('close', gone).off('error', fail)
      socket.on('error', () => socket.destroy())
      if (result.kind !== 'session') socket.destroy()
      done(result)
    }
    const late = (): void => end({ kind: 'timeout', failure: 'no end of the handshake in time' })
    const gone = (): void => end({ kind: 'closed', failure: 'the connection was closed' })
    const fail = (error: NodeJS.ErrnoException): void => end(failureOf(error))
    const timer = setTimeout(late, timeoutMs)
    signal.addEventListener('abort', late)
    socket.once('OCSPResponse', (response: Buffer | null) => {
      if (response !== null && response.length > 0) staple = response
    })
    socket.once('secureConnect', () => {
      socket.pause()
      end({ kind: 'session', session: sessionOf(socket, staple), socket })
    })
    socket.once('close', gone)
    socket.once('error', fail)
    if (signal.aborted) late()
  })
}

/** What the other side, or OpenSSL, says; a connection that just ends says nothing. */
function failureOf(error: NodeJS.ErrnoException): Handshake {
  const code = error.code ?? ''
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return { kind: 'closed', failure: 'the connection was closed' }
  if (code === 'ETIMEDOUT') return { kind: 'timeout', failure: 'no end of the handshake in time' }
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : code
  return { kind: 'failed', failure: outsideText(reason === '' ? error.message : reason) }
}

function sessionOf(socket: TLSSocket, staple: Buffer | undefined): BareSession {
  const { chain, chainCut } = chainOf(socket)
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    suite: socket.getCipher().standardName,
    ...groupOf(socket.getEphemeralKeyInfo(), socket.getProtocol() === 'TLSv1.3'),
    chain,
    chainCut,
    staple: staple?.toString('base64'),
  }
}

/**
 * The chain in the order sent. `getPeerCertificate(true)` would leave out what does not belong to
 * it, and put certificates into an order of its own.
 */
function chainOf(socket: TLSSocket): { chain: readonly string[]; chainCut: boolean } {
  const chain: string[] = []
  let certificate: X509Certificate | undefined = socket.getPeerX509Certificate()
  while (certificate !== undefined && chain.length < MAX_CHAIN) {
    chain.push(certificate.raw.toString('base64'))
    certificate = certificate.issuerCertificate
  }
  return { chain, chainCut: certificate !== undefined }
}

/** OpenSSL's names of curves that have others in the registry of TLS. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'secp256r1',
  X25519: 'x25519',
  X448: 'x448',
}

type KeyInfo = ReturnType<TLSSocket['getEphemeralKeyInfo']>

/** TLS 1.3 knows named groups of finite fields only; in TLS 1.2 the server may make up its own. */
function groupOf(info: KeyInfo, isNamed: boolean): Pick<SessionFacts, 'group' | 'groupBits'> {
  const { type, name, size } = { ...info } as Partial<Record<'type' | 'name' | 'size', unknown>>
  const groupBits = typeof size === 'number' ? size : undefined
  if (type === 'DH') return { group: isNamed ? `ffdhe${groupBits}` : 'dh', groupBits }
  if (typeof name !== 'string') return { group: undefined, groupBits }
  return { group: CURVES[name] ?? name, groupBits }
}
