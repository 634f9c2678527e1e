import type { Packet } from './client-channel.js'
import { MilterError } from './milter-error.js'
import type { Modification } from './modification.js'
import { type CodeReply, type Reply, replies } from './reply.js'
import { SMFIR } from './wire.js'

/** Something a filter says. `shutdown` ends the SMTP session with 421. */
export type Response =
  | { readonly kind: 'reply'; readonly reply: Reply | ShutdownReply }
  | { readonly kind: 'modification'; readonly modification: Modification }
  | { readonly kind: 'progress' }

export interface ShutdownReply {
  readonly kind: 'shutdown'
}

const BARE: ReadonlyMap<number, Reply | ShutdownReply> = new Map<number, Reply | ShutdownReply>([
  [SMFIR.CONTINUE, replies.continue],
  [SMFIR.ACCEPT, replies.accept],
  [SMFIR.DISCARD, replies.discard],
  [SMFIR.TEMPFAIL, replies.tempfail],
  [SMFIR.REJECT, replies.reject],
  [SMFIR.SKIP, replies.skip],
  [SMFIR.SHUTDOWN, Object.freeze({ kind: 'shutdown' })],
])

/**
 * Reads a packet of a filter as strictly as Postfix does.
 *
 * Throws  ERR_MILTER_PROTOCOL for an unknown response, a missing NUL, or one byte too many.
 * Source  Postfix src/milter/milter8.c, milter8_event and milter8_edit_resp
 */
export function parseResponse(packet: Packet): Response {
  const bare = BARE.get(packet.command)
  if (bare !== undefined || packet.command === SMFIR.PROGRESS) {
    if (packet.data.length > 0) throw malformed(packet.command)
    return bare === undefined ? { kind: 'progress' } : { kind: 'reply', reply: bare }
  }
  if (packet.command === SMFIR.REPLYCODE) {
    const [text] = strings(packet, 0, 1)
    return { kind: 'reply', reply: parseReplyText(text as string) }
  }
  return { kind: 'modification', modification: Object.freeze(parseModification(packet)) }
}

function parseModification(packet: Packet): Modification {
  const { command, data } = packet
  switch (command) {
    case SMFIR.ADDHEADER: {
      const [name, value] = strings(packet, 0, 2)
      return { kind: 'add-header', name: name as string, value: value as string }
    }
    case SMFIR.INSHEADER:
    case SMFIR.CHGHEADER: {
      if (data.length < 4) throw malformed(command)
      const [name, value] = strings(packet, 4, 2)
      return {
        kind: command === SMFIR.INSHEADER ? 'insert-header' : 'change-header',
        index: data.readUInt32BE(0),
        name: name as string,
        value: value as string,
      }
    }
    case SMFIR.REPLBODY:
      return { kind: 'replace-body', chunk: data }
    case SMFIR.CHGFROM:
    case SMFIR.ADDRCPT_PAR: {
      const [address, parameters = ''] = strings(packet, 0, 1, 2)
      const kind = command === SMFIR.CHGFROM ? 'change-sender' : 'add-recipient'
      return { kind, address: address as string, parameters }
    }
    case SMFIR.ADDRCPT: {
      const [address] = strings(packet, 0, 1)
      return { kind: 'add-recipient', address: address as string, parameters: '' }
    }
    case SMFIR.DELRCPT: {
      const [address] = strings(packet, 0, 1)
      return { kind: 'remove-recipient', address: address as string }
    }
    case SMFIR.QUARANTINE: {
      const [reason] = strings(packet, 0, 1)
      return { kind: 'quarantine', reason: reason as string }
    }
    default:
      throw new MilterError('ERR_MILTER_PROTOCOL', `unexpected response ${nameOf(command)}`)
  }
}

/** `least` to `most` strings, each with its NUL, and not a byte more. */
function strings(packet: Packet, start: number, least: number, most = least): string[] {
  const { command, data } = packet
  if (data.length <= start || data[data.length - 1] !== 0) throw malformed(command)
  const list = data.toString('latin1', start, data.length - 1).split('\0')
  if (list.length < least || list.length > most) throw malformed(command)
  return list
}

const REPLY_LINE = /^([45]\d\d)([ -])(?:([45]\.\d{1,3}\.\d{1,3})(?: |$))?(.*)$/

/**
 * Reads the text of a REPLYCODE.
 *
 * Every line has the same code, all but the last a hyphen after it. `%%` is a percent sign and a
 * single one vanishes, as in Postfix.
 */
function parseReplyText(text: string): CodeReply {
  const lines = text.split('\r\n')
  const parsed = lines.map((line, index) => {
    const match = REPLY_LINE.exec(line)
    const mark = index === lines.length - 1 ? ' ' : '-'
    if (match === null || match[2] !== mark) throw malformed(SMFIR.REPLYCODE)
    return { code: Number(match[1]), enhanced: match[3] ?? '', text: match[4] ?? '' }
  })
  const [first] = parsed
  if (first === undefined || parsed.some(line => line.code !== first.code)) {
    throw malformed(SMFIR.REPLYCODE)
  }
  if (first.enhanced !== '' && first.enhanced[0] !== String(first.code)[0]) {
    throw malformed(SMFIR.REPLYCODE)
  }
  return Object.freeze({
    kind: 'code',
    code: first.code,
    enhanced: first.enhanced,
    lines: Object.freeze(parsed.map(line => line.text.replace(/%(%?)/g, '$1'))),
  })
}

function malformed(command: number): MilterError {
  return new MilterError('ERR_MILTER_PROTOCOL', `response ${nameOf(command)} is malformed`)
}

function nameOf(command: number): string {
  const known = Object.entries(SMFIR).find(([, byte]) => byte === command)
  return known === undefined ? `0x${command.toString(16)}` : `SMFIR_${known[0]}`
}
