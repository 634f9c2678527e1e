import { parseCertificate } from '../../src/qtls/certificate.js'
import { parseCrl } from '../../src/qtls/crl.js'
import { MAX_REPLY, readReply } from '../../src/qtls/hello/server-reply.js'
import { agreementOf } from '../../src/qtls/hello/suites.js'
import type { FuzzTarget } from './fuzz-targets.js'
import { dheReply, ecdheReply, retryReply } from './tls-bytes.js'

/** What a mail server says in its handshake; certificates and lists are read from the same bytes. */
export const TLS_REPLY: FuzzTarget = {
  name: 'tls-reply',
  seeds: () => [ecdheReply(), ecdheReply(7), dheReply(1024), dheReply(2048), retryReply(4588)],
  async run(bytes) {
    const reply = readReply(bytes, agreementOf)
    parseCrl(bytes)
    if (reply === undefined)
      return parseCertificate(bytes) === undefined ? 'nothing' : 'certificate'
    const held = reply.chain.reduce((sum, one) => sum + one.length, 0)
    if (held > bytes.length) throw new Error(`${bytes.length} bytes hold ${held}`)
    if (reply.chain.length > 20) throw new Error('more certificates than are kept')
    const { dhBits = 0 } = reply.keyExchange ?? {}
    if (dhBits > 8 * MAX_REPLY) throw new Error(`a prime of ${dhBits} bits`)
    for (const der of reply.chain) parseCertificate(der)
    if (reply.alert !== undefined) return 'alert'
    return reply.hello === undefined ? 'unfinished' : reply.isComplete ? 'complete' : 'hello'
  },
}
