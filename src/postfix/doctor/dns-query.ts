import { plainName } from '../../dns/message.js'
import { UdpExchange } from '../../dns/udp-exchange.js'
import type { DnsAnswer } from './live-facts.js'

const DEADLINE_MS = 3_000
const PORT = 53

/**
 * Asks one name server for the SOA record of a name, and whether it vouches for the answer.
 *
 * Shape   `server` as resolv.conf has it, or with `#port` behind it.
 * Gives   the answer's code and its AD bit.
 * Throws  an Error when nothing comes in time, or what comes is no answer.
 */
export async function askResolver(server: string, name: string): Promise<DnsAnswer> {
  const [address = server, port] = server.split('#')
  const exchange = new UdpExchange({ address, port: Number(port ?? PORT), tls: undefined })
  try {
    const { code, authentic } = await exchange.ask(
      { name: plainName(name), type: 'SOA' },
      DEADLINE_MS,
    )
    return { code, authentic }
  } finally {
    exchange.close()
  }
}
