/** A whole reply of a server (RFC 5321, section 4.2). */
export interface SmtpReply {
  readonly code: number
  /** Without codes and line ends. */
  readonly lines: readonly string[]
}

export type ReplyProblem =
  /** More bytes or lines than a reply may have. */
  | 'too-long'
  /** Bytes that are no reply. */
  | 'malformed'

/** RFC 5321, section 4.5.3.1.5, says 512; servers with long lists of extensions exceed it. */
const MAX_LINE_BYTES = 2_000
const MAX_REPLY_BYTES = 32_000
const MAX_LINES = 200

/**
 * Puts a reply together from bytes as they come.
 *
 * What stands behind the reply is kept apart: before STARTTLS nothing may.
 */
export class ReplyReader {
  #pending: Buffer = Buffer.alloc(0)
  #lines: string[] = []
  #code: number | undefined
  #bytes = 0

  /** Gives   the reply or what is wrong with it; undefined while it is incomplete. */
  take(chunk: Buffer): SmtpReply | ReplyProblem | undefined {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const end = this.#pending.indexOf(0x0a)
      if (end < 0) return this.#pending.length > MAX_LINE_BYTES ? 'too-long' : undefined
      const line = this.#pending.subarray(0, end).toString('latin1').replace(/\r$/, '')
      this.#bytes += end + 1
      this.#pending = this.#pending.subarray(end + 1)
      if (end > MAX_LINE_BYTES || this.#bytes > MAX_REPLY_BYTES) return 'too-long'
      const reply = this.#add(line)
      if (reply !== undefined) return reply
    }
  }

  /** Bytes behind the last reply that was given. */
  get rest(): Buffer {
    return this.#pending
  }

  #add(line: string): SmtpReply | ReplyProblem | undefined {
    const [, digits, separator = '', text = ''] = /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(line) ?? []
    const code = Number(digits)
    if (digits === undefined || (this.#code !== undefined && this.#code !== code))
      return 'malformed'
    this.#code = code
    this.#lines.push(text)
    if (this.#lines.length > MAX_LINES) return 'too-long'
    if (separator === '-') return undefined
    const reply = { code, lines: this.#lines }
    this.#lines = []
    this.#code = undefined
    this.#bytes = 0
    return reply
  }
}
