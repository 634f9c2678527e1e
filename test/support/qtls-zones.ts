import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../../sandbox/run-command.js'
import { Resolver } from '../../src/dns/resolver.js'

/** Records by zone; a zone is signed unless something else is said of it. */
export interface ZoneWish {
  /** `test`; the root is made of the others. */
  readonly name: string
  readonly how: 'signed' | 'unsigned' | 'bogus'
  /** Lines of the zone's file. */
  readonly records: readonly string[]
}

export interface Zones {
  /** Where the validating resolver listens. */
  readonly resolver: { readonly address: string; readonly port: number }
  close(): Promise<void>
}

const AUTHORITY = '127.0.0.1@5300'
const HEAD = ['$TTL 300', '@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60', '@ NS ns.test.']

/**
 * Serves signed zones below a root of its own: by nsd, and by unbound, which validates them from the
 * root's key on.
 *
 * Shape   `port` of the resolver at 127.0.0.1
 */
export async function startZones(
  directory: string,
  wishes: readonly ZoneWish[],
  port = 53,
): Promise<Zones> {
  await mkdir(directory, { recursive: true })
  const delegations: string[] = []
  for (const wish of wishes) delegations.push(...(await makeZone(directory, wish)))
  const anchor = await signRoot(directory, delegations)
  const names = ['.', ...wishes.map(({ name }) => name)]
  await writeFile(join(directory, 'nsd.conf'), nsdConfig(directory, names))
  await writeFile(join(directory, 'unbound.conf'), unboundConfig(directory, names, anchor, port))
  const children = [
    start('nsd', ['-d', '-c', join(directory, 'nsd.conf')]),
    start('unbound', ['-d', '-c', join(directory, 'unbound.conf')]),
  ]
  const close = async (): Promise<void> => {
    for (const child of children) await end(child)
  }
  await untilAnswered(port).catch(async (thrown: unknown) => {
    await close()
    throw thrown
  })
  return { resolver: { address: '127.0.0.1', port }, close }
}

/** Gives   what stands about the zone in the root. */
async function makeZone(directory: string, { name, how, records }: ZoneWish): Promise<string[]> {
  const delegation = [`${name}. NS ns.test.`, ...(name === 'test' ? ['ns.test. A 127.0.0.1'] : [])]
  await writeFile(join(directory, `${name}.zone`), [...HEAD, ...records, ''].join('\n'))
  if (how === 'unsigned') {
    await run(directory, `cp ${name}.zone ${name}.signed`)
    return delegation
  }
  const key = await sign(directory, name, name)
  // A zone is bogus when its parent knows another key.
  const known = how === 'bogus' ? await keygen(directory, name) : key
  return [...delegation, (await readFile(join(directory, `${known}.ds`), 'utf8')).trim()]
}

async function signRoot(directory: string, delegations: readonly string[]): Promise<string> {
  await writeFile(join(directory, 'root.zone'), [...HEAD, ...delegations, ''].join('\n'))
  const key = await sign(directory, '.', 'root')
  return join(directory, `${key}.ds`)
}

async function sign(directory: string, origin: string, file: string): Promise<string> {
  const key = await keygen(directory, origin)
  await run(directory, `ldns-signzone -o ${origin} -f ${file}.signed ${file}.zone ${key}`)
  return key
}

async function keygen(directory: string, origin: string): Promise<string> {
  return (await run(directory, `ldns-keygen -a ECDSAP256SHA256 -k ${origin}`)).trim()
}

async function run(directory: string, line: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand('sh', ['-c', `cd "$0" && ${line}`, directory])
  if (code !== 0) throw new Error(`${line}: ${stderr.trim()}`)
  return stdout
}

function nsdConfig(directory: string, names: readonly string[]): string {
  const zone = (name: string): string =>
    `zone:\n  name: "${name}"\n  zonefile: "${name === '.' ? 'root' : name}.signed"\n`
  return `server:
  ip-address: ${AUTHORITY}
  username: ""
  zonesdir: "${directory}"
  pidfile: "${directory}/nsd.pid"
  logfile: "${directory}/nsd.log"
  xfrdfile: "${directory}/xfrd.state"
  zonelistfile: "${directory}/zone.list"
  xfrdir: "${directory}"
  database: ""
  server-count: 1
remote-control:
  control-enable: no
${names.map(zone).join('')}`
}

function unboundConfig(
  directory: string,
  names: readonly string[],
  anchor: string,
  port: number,
): string {
  const stub = (name: string): string =>
    `stub-zone:\n  name: "${name}"\n  stub-addr: ${AUTHORITY}\n`
  return `server:
  interface: 127.0.0.1
  port: ${port}
  username: ""
  chroot: ""
  directory: "${directory}"
  pidfile: "${directory}/unbound.pid"
  logfile: "${directory}/unbound.log"
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "${anchor}"
  local-zone: "test." nodefault
  qname-minimisation: no
remote-control:
  control-enable: no
${names.map(stub).join('')}`
}

function start(command: string, args: readonly string[]): ChildProcess {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  return spawn(command, args, { stdio: 'ignore', env: { ...process.env, PATH: path } })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

/** Both are up when the key of `test` is found to be in order. */
async function untilAnswered(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const server = { address: '127.0.0.1', port, tls: undefined }
    const resolver = new Resolver({ server, timeoutMs: 500 })
    const { state } = await resolver.ask('test', 'SOA', new AbortController().signal)
    resolver.close()
    if (state === 'secure') return
    await sleep(50)
  }
  throw new Error('the zones are not served')
}
