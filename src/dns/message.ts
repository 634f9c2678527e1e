import {
  AUTHENTIC_DATA,
  CHECKING_DISABLED,
  DNSSEC_OK,
  RECURSION_DESIRED,
  decode,
  encode,
  type Answer,
  type DecodedPacket,
} from 'dns-packet'
import type { DnsRecord, Question, Reply } from './model.js'

/** What fits into a packet on any network (RFC 9715, section 3). */
const UDP_BYTES = 1232
/** More records than any answer of use has. */
const MAX_RECORDS = 1000

/**
 * A question as bytes: recursion desired, AD and DO set, so that a resolver says whether it
 * validated the answer (RFC 6840, section 5.7).
 */
export function encodeQuestion(question: Question, id: number): Buffer {
  const checking = question.checkingDisabled === true ? CHECKING_DISABLED : 0
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA | checking,
    questions: [{ type: question.type, name: question.name === '' ? '.' : question.name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  })
}

/** dns-packet gives the code of an answer, which its types leave out. */
type Decoded = DecodedPacket & { readonly rcode: string }

/**
 * Reads a message as the reply to a question that was asked under `id`.
 *
 * Gives   undefined for anything else: another id or question, no response, bytes that are no
 *         message. Records of other types than ours are left out.
 */
export function readReply(bytes: Buffer, question: Question, id: number): Reply | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return undefined
  // A count that is larger than the bytes could hold would only make arrays.
  for (const at of [4, 6, 8, 10]) if (bytes.readUInt16BE(at) > MAX_RECORDS) return undefined
  if (!isWhole(bytes)) return undefined
  const packet = decoded(bytes)
  if (packet === undefined || packet.type !== 'response') return undefined
  const [asked, second] = packet.questions ?? []
  if (asked === undefined || second !== undefined) return undefined
  if (asked.type !== question.type || plainName(asked.name) !== question.name) return undefined
  return {
    code: packet.rcode,
    authentic: packet.flag_ad,
    truncated: packet.flag_tc,
    answers: (packet.answers ?? []).flatMap(readRecord),
    authorities: (packet.authorities ?? []).flatMap(readRecord),
  }
}

/** Whether every record lies within the bytes; the decoder reads a record that breaks off as a short one. */
function isWhole(bytes: Buffer): boolean {
  let at = 12
  for (let left = bytes.readUInt16BE(4); left > 0; left--) at = afterName(bytes, at) + 4
  for (const count of [6, 8, 10]) {
    for (let left = bytes.readUInt16BE(count); left > 0; left--) {
      at = afterName(bytes, at)
      if (at + 10 > bytes.length) return false
      at += 10 + bytes.readUInt16BE(at + 8)
    }
  }
  return at <= bytes.length
}

/** Where a name ends that begins at `at`; beyond the end of the bytes when it breaks off. */
function afterName(bytes: Buffer, at: number): number {
  let next = at
  for (;;) {
    const length = bytes[next]
    if (length === undefined) return bytes.length + 1
    if (length === 0) return next + 1
    // A pointer is two bytes and the end of a name (RFC 1035, section 4.1.4).
    if (length >= 0xc0) return next + 2
    next += 1 + length
  }
}

function decoded(bytes: Buffer): Decoded | undefined {
  try {
    return decode(bytes) as Decoded
  } catch (thrown) {
    if (thrown instanceof Error) return undefined
    throw thrown
  }
}

function readRecord(answer: Answer): DnsRecord[] {
  if (answer.type === 'OPT' || ('class' in answer && answer.class !== 'IN')) return []
  const common = {
    name: plainName(answer.name),
    ttlSeconds: seconds('ttl' in answer ? answer.ttl : 0),
  }
  if (answer.type === 'A' || answer.type === 'AAAA')
    return [{ ...common, type: answer.type, address: answer.data }]
  if (answer.type === 'CNAME') return [{ ...common, type: 'CNAME', target: plainName(answer.data) }]
  if (answer.type === 'MX') {
    const { preference = 0, exchange } = answer.data
    return [{ ...common, type: 'MX', preference, exchange: plainName(exchange) }]
  }
  if (answer.type === 'TLSA') {
    const { usage, selector, matchingType, certificate: data } = answer.data
    return [{ ...common, type: 'TLSA', usage, selector, matchingType, data: Buffer.from(data) }]
  }
  if (answer.type === 'TXT') {
    const strings = [answer.data].flat().map(part => Buffer.from(part))
    return [{ ...common, type: 'TXT', text: Buffer.concat(strings).toString('latin1') }]
  }
  if (answer.type === 'SOA')
    return [{ ...common, type: 'SOA', minimumSeconds: seconds(answer.data.minimum) }]
  return []
}

/** The highest bit means nothing (RFC 2181, section 8). */
function seconds(value: number | undefined): number {
  return value === undefined || value > 0x7fffffff ? 0 : value
}

/** Lower case, without the dot at the end. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
