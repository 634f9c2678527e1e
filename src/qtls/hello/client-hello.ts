import { randomBytes } from 'node:crypto'
import { VERSION, type Protocol } from './names.js'

/** What a ClientHello offers. */
export interface Offer {
  readonly protocol: Protocol
  readonly suites: readonly number[]
  readonly groups: readonly number[]
  readonly schemes: readonly number[]
  /** Public values by group, TLS 1.3; none: the server has to say which group it would take. */
  readonly keyShares?: readonly { readonly group: number; readonly value: Buffer }[]
  /** DEFLATE beside none. */
  readonly compression?: boolean
  readonly heartbeat?: boolean
}

/** Handshake messages (RFC 8446, 4; RFC 5246, 7.4). */
export const HANDSHAKE = {
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
} as const

/** Content of records (RFC 8446, 5.1). */
export const RECORD = { alert: 21, handshake: 22 } as const

/** Extensions of a hello (IANA, "TLS ExtensionType Values"). */
export const EXTENSION = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  heartbeat: 15,
  padding: 21,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  supportedVersions: 43,
  pskKeyExchangeModes: 45,
  keyShare: 51,
  renegotiationInfo: 0xff01,
} as const

/** Stands among the suites and says that renegotiation is known (RFC 5746, 3.3). */
const RENEGOTIATION_SIGNAL = 0x00ff
/** Hellos between these lengths are not answered by some old servers (RFC 7685, 4). */
const PADDED = { from: 256, to: 512 }

/**
 * A ClientHello in records, ready to be sent.
 *
 * Source  RFC 8446, 4.1.2; RFC 5246, 7.4.1.2; RFC 6101, 5.6.1.2 for SSLv3, which has no extensions
 */
export function clientHello(offer: Offer, random: Buffer = randomBytes(32)): Buffer {
  const { protocol, suites } = offer
  const isOldest = protocol === 'SSLv3'
  const is13 = protocol === 'TLSv1.3'
  const version = is13 ? VERSION['TLSv1.2'] : VERSION[protocol]
  const offered = is13 ? suites : [...suites, RENEGOTIATION_SIGNAL]
  const front = Buffer.concat([
    u16(version),
    random,
    vector(1, is13 ? random : Buffer.alloc(0)),
    vector(2, Buffer.concat(offered.map(u16))),
    vector(1, Buffer.from(offer.compression === true ? [1, 0] : [0])),
  ])
  const extensions = isOldest ? Buffer.alloc(0) : vector(2, padded(front, extensionsOf(offer)))
  const body = Buffer.concat([front, extensions])
  const message = Buffer.concat([Buffer.from([1]), vector(3, body)])
  return inRecords(message, isOldest ? VERSION.SSLv3 : VERSION.TLSv1)
}

function extensionsOf(offer: Offer): Buffer {
  const { protocol, groups, schemes, keyShares = [] } = offer
  const is13 = protocol === 'TLSv1.3'
  const list: Buffer[] = []
  const add = (id: number, content: Buffer): void => {
    list.push(u16(id), vector(2, content))
  }
  if (groups.length > 0) add(EXTENSION.supportedGroups, vector(2, Buffer.concat(groups.map(u16))))
  const hasSchemes = protocol === 'TLSv1.2' || is13
  if (hasSchemes) add(EXTENSION.signatureAlgorithms, vector(2, Buffer.concat(schemes.map(u16))))
  if (offer.heartbeat === true) add(EXTENSION.heartbeat, Buffer.from([1]))
  if (is13) {
    add(EXTENSION.supportedVersions, vector(1, u16(VERSION['TLSv1.3'])))
    add(EXTENSION.pskKeyExchangeModes, vector(1, Buffer.from([1])))
    const shares = keyShares.map(({ group, value }) =>
      Buffer.concat([u16(group), vector(2, value)]),
    )
    add(EXTENSION.keyShare, vector(2, Buffer.concat(shares)))
    return Buffer.concat(list)
  }
  if (groups.length > 0) add(EXTENSION.pointFormats, vector(1, Buffer.from([0])))
  add(EXTENSION.encryptThenMac, Buffer.alloc(0))
  add(EXTENSION.extendedMasterSecret, Buffer.alloc(0))
  return Buffer.concat(list)
}

/** Some servers of old hang when a hello has an awkward length. */
function padded(front: Buffer, extensions: Buffer): Buffer {
  const length = 4 + front.length + 2 + extensions.length
  if (length < PADDED.from || length >= PADDED.to) return extensions
  const missing = Math.max(0, PADDED.to - length - 4)
  return Buffer.concat([extensions, u16(EXTENSION.padding), vector(2, Buffer.alloc(missing))])
}

const MAX_RECORD = 16_384

function inRecords(message: Buffer, version: number): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += MAX_RECORD) {
    const piece = message.subarray(at, at + MAX_RECORD)
    records.push(Buffer.from([RECORD.handshake]), u16(version), vector(2, piece))
  }
  return Buffer.concat(records)
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

/** A vector with a length of so many bytes in front. */
function vector(size: number, content: Buffer): Buffer {
  const head = Buffer.alloc(size)
  head.writeUIntBE(content.length, 0, size)
  return Buffer.concat([head, content])
}
