import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import {
  AUTHENTIC_DATA,
  DNSSEC_OK,
  RECURSION_DESIRED,
  decode,
  encode,
  type DecodedPacket,
} from 'dns-packet'
import type { DnsAnswer } from './live-facts.js'

const DEADLINE_MS = 3_000
const PORT = 53
/** What fits into a packet on any network (RFC 9715, section 3). */
const UDP_BYTES = 1232

/**
 * Asks one name server for the SOA record of a name, and whether it vouches for the answer.
 *
 * Shape   `server` as resolv.conf has it, or with `#port` behind it.
 * Gives   the answer's code and its AD bit (RFC 6840, section 5.7: asked for by the AD bit of the
 *         query; section 5.8).
 * Throws  an Error when nothing comes in time, or what comes is no answer.
 */
export async function askResolver(server: string, name: string): Promise<DnsAnswer> {
  const [address = server, port] = server.split('#')
  const id = randomInt(0x10000)
  const query = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type: 'SOA', name: name.replace(/\.$/, '') }],
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
  const answer = await exchange(address, Number(port ?? PORT), query, id)
  return { code: answer.rcode, authentic: answer.flag_ad }
}

/** dns-packet gives the code of an answer, which its types leave out. */
type Answer = DecodedPacket & { readonly rcode: string }

function exchange(address: string, port: number, query: Buffer, id: number): Promise<Answer> {
  return new Promise((done, fail) => {
    const socket = createSocket(isIPv6(address.replace(/%.*/, '')) ? 'udp6' : 'udp4')
    const timer = setTimeout(() => end(new Error('no answer in time')), DEADLINE_MS)
    const end = (result: Answer | Error): void => {
      clearTimeout(timer)
      socket.close()
      if (result instanceof Error) fail(result)
      else done(result)
    }
    socket.once('error', end)
    socket.on('message', message => {
      const answer = parseAnswer(message)
      // Somebody else's packet is passed over; the deadline holds.
      if (answer?.id === id && answer.type === 'response') end(answer)
    })
    // A connected socket takes packets from this server only, and hears of closed ports.
    socket.connect(port, address, () => socket.send(query))
  })
}

function parseAnswer(message: Buffer): Answer | undefined {
  try {
    return decode(message) as Answer
  } catch (thrown) {
    if (thrown instanceof Error) return undefined
    throw thrown
  }
}
