import { ClientChannel } from '../../src/milter/client-channel.js'
import { type Command, encodeCommand, encodePacket } from '../../src/milter/index.js'

/** What is said: a command, bytes as they are, or a pause until everything said is answered. */
export type Line = Command | Buffer

export interface Offer {
  readonly version: number
  readonly actions: number
  readonly protocol: number
}

/** Long for a filter that only has to answer. */
const TIMEOUT_MS = 2000

/** What comes between two commands and is not the reply. */
const NOT_A_REPLY = new Set('himbe+2-qp'.split(''))

const NEVER_ANSWERED: ReadonlySet<Command['kind']> = new Set([
  'macros',
  'abort',
  'quit',
  'quit-new-connection',
])

/**
 * Says the lines to a filter and writes down what it says, packet by packet.
 *
 * Gives   one entry a packet: its byte and its data as latin1; `closed` where the filter went away.
 */
export async function transcriptOf(
  path: string,
  { version, actions, protocol }: Offer,
  lines: readonly Line[],
): Promise<string[]> {
  const channel = await ClientChannel.open({ path }, TIMEOUT_MS)
  const heard: string[] = []
  const hear = async (): Promise<void> => {
    for (let isReply = false; !isReply;) {
      const { command, data } = await channel.receive()
      heard.push(`${String.fromCharCode(command)} ${JSON.stringify(data.toString('latin1'))}`)
      isReply = !NOT_A_REPLY.has(String.fromCharCode(command))
    }
  }
  try {
    const numbers = [version, actions, protocol].map(number => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(number)
      return bytes
    })
    await channel.send(encodePacket(0x4f, ...numbers))
    await hear()
    for (const line of lines) {
      await channel.send(Buffer.isBuffer(line) ? line : encodeCommand(line))
      if (Buffer.isBuffer(line) || !NEVER_ANSWERED.has(line.kind)) await hear()
      else await channel.flush()
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    heard.push(error.message.includes('closed') ? 'closed' : error.message)
  } finally {
    channel.destroy()
  }
  return heard
}
