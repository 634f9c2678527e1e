import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../sandbox/certificates.js'
import { startDnsServer } from '../sandbox/dns-server.js'
import type { DnsName } from '../sandbox/dns-names.js'
import { freePort } from '../sandbox/free-port.js'
import { startMailServer } from '../sandbox/scripted-receiver.js'

/**
 * Serves so many domains, each with a mail server at an address of its own, until it is ended; for
 * whoever measures a prober.
 *
 * Usage   node dist/bench/probe-servers.js DOMAINS
 * Gives   one line of JSON once all are up: ports and the file of the authority
 */
async function main(): Promise<void> {
  const count = Number(process.argv[2])
  const directory = mkdtempSync(join(tmpdir(), 'postseal-bench-servers-'))
  process.once('SIGTERM', () => {
    rmSync(directory, { recursive: true })
    process.exit(0)
  })
  const authority = await createAuthority(directory)
  const certificate = await authority.issue('mx.bench.test')
  const port = await freePort()
  const names: Record<string, DnsName> = {}
  for (let n = 0; n < count; n += 1) {
    const address = addressOf(n)
    await startMailServer({ address, port, name: `mx${n}.test`, tls: { ...certificate } })
    names[`d${n}.test`] = { mx: [`10 mx${n}.test`], secure: true }
    names[`mx${n}.test`] = { a: [address], secure: true }
  }
  const dns = await startDnsServer({ port: await freePort(), names })
  const { file: caFile } = authority
  process.stdout.write(`${JSON.stringify({ dnsPort: dns.port, port, caFile })}\n`)
}

/** Of 127.0.0.0/8, all of which is this machine. */
function addressOf(n: number): string {
  return `127.2.${Math.floor(n / 250)}.${(n % 250) + 1}`
}

await main()
