import { MilterError } from './milter-error.js'
import { SMFIC, encodePacket } from './wire.js'

export interface ConnectInfo {
  /** Verified name of the client, or its address in brackets. */
  readonly host: string
  readonly family: 'inet' | 'inet6' | 'unix' | 'unknown'
  /** IP address without `IPv6:`, or the path of a local socket; empty when unknown. */
  readonly address: string
  /** 0 when unknown. */
  readonly port: number
}

/** What an MTA says, as the client side writes it. Strings are latin1: one character a byte. */
export type Command =
  | ({ readonly kind: 'connect' } & ConnectInfo)
  | { readonly kind: 'helo'; readonly name: string }
  | {
      readonly kind: 'mail' | 'rcpt'
      readonly address: string
      readonly parameters: readonly string[]
    }
  | { readonly kind: 'data' | 'eoh' | 'abort' | 'quit' | 'quit-new-connection' }
  | { readonly kind: 'unknown'; readonly line: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'body' | 'end-of-message'; readonly chunk: Buffer }
  | {
      readonly kind: 'macros'
      /** Byte of the command that the macros belong to. */
      readonly command: number
      readonly macros: Readonly<Record<string, string>>
    }

const FAMILY_BYTES = { inet: '4', inet6: '6', unix: 'L', unknown: 'U' } as const

const BARE_COMMANDS = {
  data: SMFIC.DATA,
  eoh: SMFIC.EOH,
  abort: SMFIC.ABORT,
  quit: SMFIC.QUIT,
  'quit-new-connection': SMFIC.QUIT_NC,
} as const

/** The packet of a command. */
export function encodeCommand(command: Command): Buffer {
  switch (command.kind) {
    case 'connect':
      return encodePacket(SMFIC.CONNECT, ...connectParts(command))
    case 'helo':
      return encodePacket(SMFIC.HELO, command.name, '\0')
    case 'mail':
    case 'rcpt':
      return encodePacket(
        command.kind === 'mail' ? SMFIC.MAIL : SMFIC.RCPT,
        [command.address, ...command.parameters, ''].join('\0'),
      )
    case 'unknown':
      return encodePacket(SMFIC.UNKNOWN, command.line, '\0')
    case 'header':
      return encodePacket(SMFIC.HEADER, command.name, '\0', command.value, '\0')
    case 'body':
      return encodePacket(SMFIC.BODY, command.chunk)
    case 'end-of-message':
      return encodePacket(SMFIC.BODYEOB, command.chunk)
    case 'macros':
      return encodePacket(
        SMFIC.MACRO,
        String.fromCharCode(command.command),
        ...Object.entries(command.macros).map(([name, value]) => `${name}\0${value}\0`),
      )
    case 'data':
    case 'eoh':
    case 'abort':
    case 'quit':
    case 'quit-new-connection':
      return encodePacket(BARE_COMMANDS[command.kind])
    default:
      return command satisfies never
  }
}

function connectParts({ host, family, address, port }: ConnectInfo): string[] {
  const head = `${host}\0${FAMILY_BYTES[family]}`
  if (family === 'unknown') return [head]
  return [head, String.fromCharCode(port >> 8, port & 0xff), address, '\0']
}

/**
 * Reads the payload of CONNECT.
 *
 * Shape   host NUL, family byte, and unless that is `U`: 16-bit port, address NUL.
 * Throws  ERR_MILTER_PROTOCOL for anything else.
 */
export function parseConnect(buffer: Buffer, start: number, end: number): ConnectInfo {
  const nul = buffer.indexOf(0, start)
  if (nul < 0 || nul + 1 >= end) throw malformed('CONNECT')
  const host = buffer.toString('latin1', start, nul)
  const letter = String.fromCharCode(buffer[nul + 1] as number)
  if (letter === 'U') return Object.freeze({ host, family: 'unknown', address: '', port: 0 })
  const family = letter === '4' ? 'inet' : letter === '6' ? 'inet6' : letter === 'L' ? 'unix' : null
  if (family === null || end - nul < 5 || buffer[end - 1] !== 0) throw malformed('CONNECT')
  const text = buffer.toString('latin1', nul + 4, end - 1)
  if (text.includes('\0')) throw malformed('CONNECT')
  // Sendmail writes IPv6 addresses with the tag of RFC 5321, section 4.1.3.
  const address = family === 'inet6' ? text.replace(/^IPv6:/i, '') : text
  return Object.freeze({ host, family, address, port: buffer.readUInt16BE(nul + 2) })
}

/**
 * Reads a list of NUL-terminated strings, as latin1: the address and parameters of MAIL and RCPT,
 * or the one string of HELO and UNKNOWN.
 *
 * Throws  ERR_MILTER_PROTOCOL when it is empty or the last NUL is missing.
 */
export function parseStrings(what: string, buffer: Buffer, start: number, end: number): string[] {
  if (end === start || buffer[end - 1] !== 0) throw malformed(what)
  return buffer.toString('latin1', start, end - 1).split('\0')
}

/**
 * Reads the payload of HEADER as one latin1 string, name NUL value, for `HeaderList` to split when
 * somebody looks. What follows the second NUL is left out: no MTA sends it.
 *
 * Throws  ERR_MILTER_PROTOCOL when one of the two NULs is missing.
 */
export function parseHeader(buffer: Buffer, start: number, end: number): string {
  if (end === start || buffer[end - 1] !== 0) throw malformed('HEADER')
  const text = buffer.toString('latin1', start, end - 1)
  const nul = text.indexOf('\0')
  if (nul < 0) throw malformed('HEADER')
  const extra = text.indexOf('\0', nul + 1)
  return extra < 0 ? text : text.slice(0, extra)
}

function malformed(what: string): MilterError {
  return new MilterError('ERR_MILTER_PROTOCOL', `${what} is malformed`)
}
