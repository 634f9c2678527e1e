import { MilterError } from './milter-error.js'

/** Commands, MTA to filter, by their byte (mfdef.h, SMFIC_*). */
export const SMFIC = Object.freeze({
  ABORT: 0x41,
  BODY: 0x42,
  CONNECT: 0x43,
  MACRO: 0x44,
  BODYEOB: 0x45,
  HELO: 0x48,
  QUIT_NC: 0x4b,
  HEADER: 0x4c,
  MAIL: 0x4d,
  EOH: 0x4e,
  OPTNEG: 0x4f,
  QUIT: 0x51,
  RCPT: 0x52,
  DATA: 0x54,
  UNKNOWN: 0x55,
} as const)

/** Responses, filter to MTA, by their byte (mfdef.h, SMFIR_*). */
export const SMFIR = Object.freeze({
  ADDRCPT: 0x2b,
  DELRCPT: 0x2d,
  ADDRCPT_PAR: 0x32,
  SHUTDOWN: 0x34,
  ACCEPT: 0x61,
  REPLBODY: 0x62,
  CONTINUE: 0x63,
  DISCARD: 0x64,
  CHGFROM: 0x65,
  CONN_FAIL: 0x66,
  ADDHEADER: 0x68,
  INSHEADER: 0x69,
  CHGHEADER: 0x6d,
  OPTNEG: 0x4f,
  PROGRESS: 0x70,
  QUARANTINE: 0x71,
  REJECT: 0x72,
  SKIP: 0x73,
  TEMPFAIL: 0x74,
  REPLYCODE: 0x79,
} as const)

/** Largest payload that every peer takes (MILTER_CHUNK_SIZE). */
export const CHUNK_BYTES = 65_535

const HEAD_BYTES = 5
const FIRST_CARRY_BYTES = 4096

/** One packet: length, `command`, then the parts in order; strings go out as latin1. */
export function encodePacket(command: number, ...parts: readonly (Buffer | string)[]): Buffer {
  let size = 1
  for (const part of parts) size += part.length
  const packet = Buffer.allocUnsafe(4 + size)
  packet.writeUInt32BE(size, 0)
  packet[4] = command
  let at = HEAD_BYTES
  for (const part of parts) {
    at += typeof part === 'string' ? packet.write(part, at, 'latin1') : part.copy(packet, at)
  }
  return packet
}

/**
 * Finds the packets in a stream that is cut anywhere.
 *
 * A packet that lies whole in the chunk is read in place. One that is cut is put together in a
 * buffer that grows with what has come, never with what was announced. Packets of the command
 * `fragmented` are not put together: they are handed on as their bytes come, `last` telling the end.
 *
 * Shape   4-byte big-endian length, 1 command byte, data. The length counts the command byte.
 * Units   `maxBytes`: largest length taken.
 * Throws  ERR_MILTER_PACKET for a length of 0 or over `maxBytes`; the connection must close.
 */
export class PacketReader {
  /** Of the packet that `next` found: its command, and its data as `buffer[start..end)`. */
  command = 0
  buffer: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  /** False for a piece of a fragmented packet that is not its last. */
  last = true

  /** Command whose packets are handed on in pieces; 0 for none. */
  fragmented: number
  readonly #maxBytes: number
  #chunk: Buffer = Buffer.alloc(0)
  #position = 0
  /** Start of a packet whose rest has not come; `#carried` bytes of it are filled. */
  #carry: Buffer | undefined
  #carried = 0
  /** Bytes of a fragmented packet that are still to come. */
  #left = 0

  constructor(maxBytes: number, fragmented = 0) {
    this.#maxBytes = maxBytes
    this.fragmented = fragmented
  }

  /** True in the middle of a packet. */
  get isPartial(): boolean {
    return this.#carry !== undefined || this.#left > 0
  }

  /** True when every byte given was part of a packet that `next` has found. */
  get isDry(): boolean {
    return !this.isPartial && this.#position === this.#chunk.length
  }

  /** Gives the next bytes of the stream; `next` must have said false to what came before. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk
    this.#position = 0
  }

  /** Goes to the next packet or piece; false when more bytes are needed. */
  next(): boolean {
    if (this.#left > 0) return this.#piece()
    if (this.#carry !== undefined) return this.#assemble(this.#carry)
    const chunk = this.#chunk
    const at = this.#position
    const available = chunk.length - at
    if (available === 0) return false
    if (available < HEAD_BYTES) return this.#keep(chunk, at)
    const length = this.#lengthAt(chunk, at)
    const command = chunk[at + 4] as number
    if (available >= length + 4) {
      this.#position = at + length + 4
      return this.#found(command, chunk, at + HEAD_BYTES, this.#position)
    }
    if (command !== this.fragmented) return this.#keep(chunk, at)
    this.#position = at + HEAD_BYTES
    this.#left = length - 1
    return this.#piece()
  }

  #found(command: number, buffer: Buffer, start: number, end: number): true {
    this.command = command
    this.buffer = buffer
    this.start = start
    this.end = end
    this.last = true
    return true
  }

  #piece(): boolean {
    const size = Math.min(this.#left, this.#chunk.length - this.#position)
    if (size === 0) return false
    this.#left -= size
    this.#position += size
    this.#found(this.fragmented, this.#chunk, this.#position - size, this.#position)
    this.last = this.#left === 0
    return true
  }

  #keep(chunk: Buffer, at: number): false {
    const size = chunk.length - at
    this.#carry = Buffer.allocUnsafe(Math.max(FIRST_CARRY_BYTES, size))
    this.#carried = chunk.copy(this.#carry, 0, at)
    this.#position = chunk.length
    return false
  }

  #assemble(carry: Buffer): boolean {
    if (!this.#fill(carry, HEAD_BYTES)) return false
    const length = this.#lengthAt(carry, 0)
    const command = carry[4] as number
    if (command === this.fragmented && length > 1) {
      this.#carry = undefined
      this.#left = length - 1
      return this.#piece()
    }
    const whole = this.#grow(carry, length + 4)
    if (!this.#fill(whole, length + 4)) return false
    this.#carry = undefined
    return this.#found(command, whole, HEAD_BYTES, length + 4)
  }

  /** Copies from the chunk until `carry` holds `wanted` bytes; false when the chunk ends before. */
  #fill(carry: Buffer, wanted: number): boolean {
    const size = Math.min(wanted - this.#carried, this.#chunk.length - this.#position)
    if (size > 0) {
      this.#chunk.copy(carry, this.#carried, this.#position, this.#position + size)
      this.#carried += size
      this.#position += size
    }
    return this.#carried >= wanted
  }

  /** Room for what has come of a packet of `total` bytes: doubled as needed. */
  #grow(carry: Buffer, total: number): Buffer {
    const come = Math.min(total, this.#carried + this.#chunk.length - this.#position)
    if (come <= carry.length) return carry
    const grown = Buffer.allocUnsafe(Math.min(total, Math.max(come, carry.length * 2)))
    carry.copy(grown, 0, 0, this.#carried)
    this.#carry = grown
    return grown
  }

  #lengthAt(buffer: Buffer, at: number): number {
    const length = buffer.readUInt32BE(at)
    if (length === 0 || length > this.#maxBytes) {
      throw new MilterError(
        'ERR_MILTER_PACKET',
        `packet length ${length} is outside 1 to ${this.#maxBytes}`,
      )
    }
    return length
  }
}
