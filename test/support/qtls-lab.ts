import { createServer as createHttp, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { once } from 'node:events'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { LabAuthority, tlsaDigest, type LabCertificate } from './qtls-authority.js'
import { LAB_CASES, USUAL, type LabCase, type LabServer } from './qtls-lab-cases.js'
import { startMailServer, type MailServer } from '../../sandbox/scripted-receiver.js'
import { startZones, type Zones, type ZoneWish } from './qtls-zones.js'

export interface QtlsLab {
  /** PEM of the root. */
  readonly caFile: string
  readonly authority: LabAuthority
  readonly resolver: Zones['resolver']
  readonly cases: readonly LabCase[]
  domainOf(name: string): string
  /** The servers of a case, in its order. */
  serversOf(name: string): readonly MailServer[]
  /** SHA-256 of the keys of its servers, as Postfix prints them. */
  keysOf(name: string): readonly string[]
  readonly close: () => Promise<void>
}

const WEB = '127.0.0.80'
const STS = '127.0.0.90'
/** Nobody listens there. */
const DOWN = '127.0.0.81'
/** A field that Node still serves; weak on purpose. */
const DH_1024 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
`

/**
 * Starts everything that the cases need: authority, lists and responders, signed zones with their
 * resolver, mail servers at port 25 and MTA-STS policies; for a network of its own (`enterNamespace`),
 * since it takes the usual ports.
 */
export async function startQtlsLab(
  directory: string,
  cases: readonly LabCase[] = LAB_CASES,
): Promise<QtlsLab> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    const authority = await LabAuthority.create(
      join(directory, 'authority'),
      'http://pki.test/root.crl',
    )
    const lab = new Builder(authority, closing)
    const zones: Record<string, string[]> = { test: [], plain: [], bogus: [] }
    for (const one of cases) zones[one.zone ?? 'test']?.push(...(await lab.build(one)))
    for (const one of cases)
      if (one.codes.includes('revoked')) await authority.revoke(`mx.${domainOf(one)}`)
    await authority.makeLists()
    await serveWeb(authority, closing)
    await servePolicies(authority, cases, closing)
    zones['test']?.push(`pki A ${WEB}`, `down A ${DOWN}`)
    const served = await startZones(join(directory, 'zones'), [
      { name: 'test', how: 'signed', records: zones['test'] ?? [] },
      { name: 'plain', how: 'unsigned', records: zones['plain'] ?? [] },
      { name: 'bogus', how: 'bogus', records: zones['bogus'] ?? [] },
    ] satisfies ZoneWish[])
    closing.push(() => served.close())
    return {
      caFile: authority.rootFile,
      authority,
      resolver: served.resolver,
      cases,
      domainOf: name => domainOf(cases.find(one => one.name === name)),
      serversOf: name => lab.servers.get(name) ?? [],
      keysOf: name => lab.keys.get(name) ?? [],
      close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** `good.test`. */
export function domainOf(one: LabCase | undefined): string {
  return `${one?.name}.${one?.zone ?? 'test'}`
}

class Builder {
  readonly servers = new Map<string, MailServer[]>()
  readonly keys = new Map<string, string[]>()
  readonly #authority: LabAuthority
  readonly #closing: (() => Promise<unknown>)[]
  #address = 0

  constructor(authority: LabAuthority, closing: (() => Promise<unknown>)[]) {
    this.#authority = authority
    this.#closing = closing
  }

  /** Starts the servers of a case; gives its records, relative to the zone. */
  async build(one: LabCase): Promise<string[]> {
    const { name, records = ['@ MX 10 mx'], servers = [{}], tlsa = [] } = one
    const lines: string[] = []
    const addresses: string[] = []
    let first: LabCertificate | undefined
    for (const server of servers) {
      const host = server.host ?? 'mx'
      const address = server.isIpv6 === true ? '::1' : this.#nextAddress()
      addresses.push(address)
      if (server.isNameless !== true)
        lines.push(`${host}.${name} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`)
      const certificate = await this.#certificate(server, `${host}.${domainOf(one)}`)
      first ??= certificate
      await this.#start(one, server, address, certificate)
    }
    for (const [usage, of] of tlsa)
      lines.push(`_25._tcp.mx.${name} TLSA ${usage} 1 1 ${dataOf(of, first)}`)
    if (one.sts !== undefined)
      lines.push(`_mta-sts.${name} TXT "v=STSv1; id=1;"`, `mta-sts.${name} A ${STS}`)
    return [...lines, ...records.map(record => inZone(record, name, addresses))]
  }

  #nextAddress(): string {
    this.#address += 1
    return `127.1.0.${this.#address}`
  }

  #certificate(server: LabServer, host: string): Promise<LabCertificate | undefined> {
    const { certificate = {}, isPlain, isNameless } = server
    if (isPlain === true) return Promise.resolve(undefined)
    if (certificate === 'self-signed')
      return this.#authority.selfSigned(isNameless === true ? `second.${host}` : host)
    const sources = 'crl' in certificate || 'ocsp' in certificate ? {} : USUAL
    const isBare = host.startsWith('mx.no-source.')
    return this.#authority.issue({ names: [host], ...(isBare ? {} : sources), ...certificate })
  }

  async #start(
    { name }: LabCase,
    server: LabServer,
    address: string,
    certificate: LabCertificate | undefined,
  ): Promise<void> {
    const cert = server.isLong === true ? { cert: certificate?.cert.repeat(100) } : {}
    const dhparam = name === 'dhe1024' ? { dhparam: DH_1024 } : {}
    const started = await startMailServer({
      address,
      port: 25,
      name: `${server.host ?? 'mx'}.${name}`,
      ...(certificate === undefined
        ? {}
        : { tls: { ...certificate, ...cert, ...dhparam, ...server.tls } }),
      ...(server.manner === undefined ? {} : { manner: server.manner }),
    })
    this.#closing.push(() => started.close())
    this.servers.set(name, [...(this.servers.get(name) ?? []), started])
    if (certificate !== undefined) {
      const key = tlsaDigest(certificate, 1).toUpperCase().match(/../g)?.join(':') ?? ''
      this.keys.set(name, [...(this.keys.get(name) ?? []), key])
    }
  }
}

/** `@ MX 10 mx` as it stands in the zone above: the domain's own names, `$1` for an address. */
function inZone(record: string, name: string, addresses: readonly string[]): string {
  const [owner = '', type = '', ...data] = record.split(' ')
  const own = (word: string): string => (word.endsWith('.') ? word : `${word}.${name}`)
  const filled = data.map(word => word.replace(/\$(\d)/, (_, at) => addresses[at - 1] ?? ''))
  const last = filled.length - 1
  const isName = type === 'MX' || type === 'CNAME'
  const words = filled.map((word, at) => (isName && at === last ? own(word) : word))
  return `${owner === '@' ? name : own(owner)} ${type} ${words.join(' ')}`
}

function dataOf(of: 'leaf' | 'issuer' | 'other', chain: LabCertificate | undefined): string {
  if (of === 'other' || chain === undefined) return 'ab'.repeat(32)
  return tlsaDigest(chain, 1, of === 'leaf' ? 0 : 1)
}

/** Lists as files, and a responder in two manners: as it should be, and signed by anybody. */
async function serveWeb(
  authority: LabAuthority,
  closing: (() => Promise<unknown>)[],
): Promise<void> {
  await authority.issue({ names: ['nobody'] })
  const answer = async (url: string, body: Buffer): Promise<Buffer> => {
    if (url === '/root.crl') return authority.list('root')
    if (url === '/middle.crl') return authority.list('middle')
    if (url === '/rsa.crl') return authority.list('rsa')
    return authority.answerOcsp(body, url === '/ocsp' ? 'middle' : 'nobody')
  }
  const web = createHttp((request, response) => {
    if (request.url === '/huge.crl') return flood(response, 100)
    if (request.url === '/endless') return dribble(response)
    buffer(request)
      .then(body => answer(request.url ?? '', body))
      .then(bytes => response.end(bytes))
      .catch(() => response.writeHead(500).end())
  })
  await listen(web, 80, WEB, closing)
}

/** Megabytes, as fast as they are taken. */
function flood(response: ServerResponse, megabytes: number): void {
  const block = Buffer.alloc(1_000_000, 0x30)
  let left = megabytes
  const more = (): void => {
    while (left > 0 && response.writable) {
      left -= 1
      if (!response.write(block)) return
    }
    response.end()
  }
  response.on('drain', more)
  more()
}

/** A byte now and then, and no end. */
function dribble(response: ServerResponse): void {
  const timer = setInterval(() => response.write('0'), 50)
  response.on('close', () => clearInterval(timer))
}

async function servePolicies(
  authority: LabAuthority,
  cases: readonly LabCase[],
  closing: (() => Promise<unknown>)[],
): Promise<void> {
  const policies = new Map(
    cases
      .filter(({ sts = '' }) => sts !== '')
      .map(one => [`mta-sts.${domainOf(one)}`, one.sts ?? '']),
  )
  if (policies.size === 0) return
  const certificate = await authority.issue({ names: [...policies.keys()] })
  const server = createHttps({ ...certificate }, (request, response) => {
    response.setHeader('content-type', 'text/plain')
    response.end(policies.get(request.headers.host ?? '') ?? '')
  })
  server.on('tlsClientError', () => undefined)
  await listen(server, 443, STS, closing)
}

async function listen(
  server: Server,
  port: number,
  address: string,
  closing: (() => Promise<unknown>)[],
): Promise<void> {
  server.listen(port, address)
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  })
}
