import { HANDSHAKE, RECORD, EXTENSION } from './client-hello.js'
import { VERSION, type Protocol } from './names.js'

/** What a server answered a ClientHello with, as far as it can be read without keys. */
export interface ServerReply {
  readonly hello: ServerHello | undefined
  /** DER of each certificate as sent. */
  readonly chain: readonly Buffer[]
  readonly keyExchange: KeyExchange | undefined
  readonly alert: { readonly level: number; readonly description: number } | undefined
  /** Nothing more is to come, or nothing more can be read. */
  readonly isComplete: boolean
}

export interface ServerHello {
  readonly protocol: Protocol | undefined
  readonly suite: number
  /** The server asks for another hello, with a share of `group`. */
  readonly isRetry: boolean
  /** TLS 1.3. */
  readonly group: number | undefined
  readonly compression: number
  readonly extensions: ReadonlySet<number>
}

export interface KeyExchange {
  readonly group: number | undefined
  /** Bits of the prime that the server made up or took from a list. */
  readonly dhBits: number | undefined
  /** TLS 1.2. */
  readonly scheme: number | undefined
}

/** How a suite agrees on keys: that decides how the server's part of it is written. */
export type Agreement = 'ecdhe' | 'dhe' | 'other'

export const EMPTY_REPLY: ServerReply = Object.freeze({
  hello: undefined,
  chain: Object.freeze([]),
  keyExchange: undefined,
  alert: undefined,
  isComplete: false,
})

/** All that is read of one answer; a chain of 200 certificates is longer. */
export const MAX_REPLY = 512 * 1024
/** Certificates of one chain that are kept. */
const MAX_CHAIN = 20
/** A record may be a little longer than its content (RFC 5246, 6.2.3). */
const MAX_RECORD = 16_384 + 2048

/** SHA-256 of "HelloRetryRequest": the random of a ServerHello that is one (RFC 8446, 4.1.3). */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

/**
 * Reads what has come so far.
 *
 * Shape   `agreementOf` tells how a suite agrees on keys
 * Gives   undefined for what is no TLS at all
 * Source  RFC 8446, 4.1.3 and 5.1; RFC 5246, 7.4.1.3, 7.4.2 and 7.4.3; RFC 8422, 5.4
 */
export function readReply(
  bytes: Buffer,
  agreementOf: (suite: number) => Agreement,
): ServerReply | undefined {
  const { handshake, alert, isOver } = readRecords(bytes)
  if (handshake === undefined) return undefined
  let reply: ServerReply = { ...EMPTY_REPLY, alert, isComplete: isOver || alert !== undefined }
  for (let at = 0; at + 4 <= handshake.length;) {
    const type = handshake[at] ?? 0
    const end = at + 4 + handshake.readUIntBE(at + 1, 3)
    if (end > handshake.length) break
    const message = readMessage(type, handshake.subarray(at + 4, end), reply, agreementOf)
    if (message === undefined) return undefined
    reply = message
    if (reply.isComplete) break
    at = end
  }
  return reply
}

function readRecords(bytes: Buffer): {
  readonly handshake: Buffer | undefined
  readonly alert: ServerReply['alert']
  readonly isOver: boolean
} {
  const pieces: Buffer[] = []
  const result = (alert?: ServerReply['alert'], isOver = false) => ({
    handshake: Buffer.concat(pieces),
    alert,
    isOver,
  })
  for (let at = 0; at + 5 <= bytes.length;) {
    const type = bytes[at]
    const length = bytes.readUInt16BE(at + 3)
    const isTls = bytes[at + 1] === 3 && length <= MAX_RECORD
    if (!isTls || (type !== RECORD.alert && type !== RECORD.handshake)) {
      // Behind a hello of TLS 1.3 comes what only keys can read.
      return pieces.length > 0 ? result(undefined, true) : { ...result(), handshake: undefined }
    }
    const end = at + 5 + length
    const content = bytes.subarray(at + 5, end)
    if (type === RECORD.alert) {
      const [level, description] = content
      if (level !== undefined && description !== undefined) return result({ level, description })
    } else pieces.push(content)
    at = end
  }
  return result()
}

function readMessage(
  type: number,
  body: Buffer,
  reply: ServerReply,
  agreementOf: (suite: number) => Agreement,
): ServerReply | undefined {
  if (type === HANDSHAKE.serverHello) {
    const hello = readServerHello(body)
    if (hello === undefined) return undefined
    return { ...reply, hello, isComplete: hello.protocol === 'TLSv1.3' || hello.isRetry }
  }
  if (reply.hello === undefined) return undefined
  switch (type) {
    case HANDSHAKE.certificate: {
      const chain = readChain(body)
      return chain === undefined ? undefined : { ...reply, chain }
    }
    case HANDSHAKE.serverKeyExchange: {
      const { suite, protocol } = reply.hello
      const keyExchange = readKeyExchange(body, agreementOf(suite), protocol === 'TLSv1.2')
      return { ...reply, keyExchange }
    }
    case HANDSHAKE.serverHelloDone:
      return { ...reply, isComplete: true }
    default:
      return reply
  }
}

function readServerHello(body: Buffer): ServerHello | undefined {
  if (body.length < 38) return undefined
  const session = body[34] ?? 0
  const at = 35 + session
  if (session > 32 || at + 3 > body.length) return undefined
  const extensions = readExtensions(body, at + 3)
  if (extensions === undefined) return undefined
  const chosen = extensions.get(EXTENSION.supportedVersions)
  const version = chosen?.length === 2 ? chosen.readUInt16BE() : body.readUInt16BE()
  const share = extensions.get(EXTENSION.keyShare)
  return {
    protocol: PROTOCOLS.get(version),
    suite: body.readUInt16BE(at),
    isRetry: body.toString('hex', 2, 34) === RETRY,
    group: share !== undefined && share.length >= 2 ? share.readUInt16BE() : undefined,
    compression: body[at + 2] ?? 0,
    extensions: new Set(extensions.keys()),
  }
}

const PROTOCOLS: ReadonlyMap<number, Protocol> = new Map(
  Object.entries(VERSION).map(([name, version]) => [version, name as Protocol]),
)

function readExtensions(body: Buffer, from: number): ReadonlyMap<number, Buffer> | undefined {
  const found = new Map<number, Buffer>()
  if (from === body.length) return found
  if (from + 2 > body.length || from + 2 + body.readUInt16BE(from) !== body.length) return undefined
  for (let at = from + 2; at < body.length;) {
    if (at + 4 > body.length) return undefined
    const end = at + 4 + body.readUInt16BE(at + 2)
    if (end > body.length) return undefined
    found.set(body.readUInt16BE(at), body.subarray(at + 4, end))
    at = end
  }
  return found
}

function readChain(body: Buffer): readonly Buffer[] | undefined {
  if (body.length < 3 || body.readUIntBE(0, 3) !== body.length - 3) return undefined
  const chain: Buffer[] = []
  for (let at = 3; at < body.length && chain.length < MAX_CHAIN;) {
    if (at + 3 > body.length) return undefined
    const end = at + 3 + body.readUIntBE(at, 3)
    if (end > body.length) return undefined
    chain.push(body.subarray(at + 3, end))
    at = end
  }
  return chain
}

/** `named_curve`: the only way to write a curve that is still in use (RFC 8422, 5.4). */
const NAMED_CURVE = 3

function readKeyExchange(
  body: Buffer,
  agreement: Agreement,
  hasScheme: boolean,
): KeyExchange | undefined {
  let at = 0
  let group: number | undefined
  let dhBits: number | undefined
  if (agreement === 'ecdhe') {
    if (body[0] !== NAMED_CURVE || body.length < 4) return undefined
    group = body.readUInt16BE(1)
    at = 4 + (body[3] ?? 0)
  } else if (agreement === 'dhe') {
    const ends = [0, 0, 0]
    for (const index of ends.keys()) {
      if (at + 2 > body.length) return undefined
      const end = at + 2 + body.readUInt16BE(at)
      if (end > body.length) return undefined
      if (index === 0) dhBits = bitsOf(body.subarray(at + 2, end))
      at = end
    }
  } else return undefined
  const scheme = hasScheme && at + 2 <= body.length ? body.readUInt16BE(at) : undefined
  return { group, dhBits, scheme }
}

function bitsOf(number: Buffer): number {
  const first = number.findIndex(byte => byte !== 0)
  if (first < 0) return 0
  return (number.length - first) * 8 - (Math.clz32(number[first] ?? 0) - 24)
}
