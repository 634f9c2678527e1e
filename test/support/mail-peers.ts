import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, chmod, chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostfix } from '../../sandbox/postfix.js'
import { runCommand } from '../../sandbox/run-command.js'
import type { LabCertificate } from './qtls-authority.js'
import { ROOT } from './tree-sources.js'

/** How a server is set up: in order, or with the one thing that is wrong with it. */
export const MANNERS = ['tls13', 'tls12', 'rsa', 'rsa-chain', 'wrong-name', 'no-tls'] as const
export type Manner = (typeof MANNERS)[number]

export interface PeerAddress {
  readonly manner: Manner
  readonly address: string
  /** Undefined: TLS is off. */
  readonly certificate: LabCertificate | undefined
}

/** A mail server of others that listens at port 25 of each address. */
export interface Peer {
  /** What it wrote into its log. */
  log(): Promise<string>
  close(): Promise<void>
}

/** Debian packages, unpacked by `npm test`. */
const UNPACKED = join(ROOT, 'var', 'peers', 'root')
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap(name => [
  join(UNPACKED, 'usr/lib', name),
  join(UNPACKED, 'lib', name),
])

const LIBRARY_PATH = `LD_LIBRARY_PATH=${LIBRARIES.join(':')}`

const EXIM = join(UNPACKED, 'usr/sbin/exim4')
const OPENSMTPD = join(UNPACKED, 'usr/sbin/smtpd')

export const PEERS_ARE_THERE = existsSync(EXIM) && existsSync(OPENSMTPD)

/** What `smtpd -h` says. */
export async function openSmtpdVersion(): Promise<string> {
  const { stdout, stderr } = await runCommand('env', [LIBRARY_PATH, OPENSMTPD, '-h'])
  return stdout + stderr
}

/** Numbers that Debian gives to nobody by itself. */
const USERS = { 'Debian-exim': 64_001, opensmtpd: 64_002, opensmtpq: 64_003 } as const

/**
 * Gives this network of its own (`enterNamespace`) the users and directories that the servers have by
 * their packages; nothing of it is seen outside.
 */
export async function makeRoomForPeers(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (const [file, line] of [
    ['passwd', (name: string, id: number) => `${name}:x:${id}:${id}::/nonexistent:/bin/false\n`],
    ['group', (name: string, id: number) => `${name}:x:${id}:\n`],
  ] as const) {
    const own = join(directory, file)
    await copyFile(join('/etc', file), own)
    for (const [name, id] of Object.entries(USERS)) await appendFile(own, line(name, id))
    await mount('--bind', own, join('/etc', file))
  }
  for (const place of ['/var/spool', '/var/lib', '/var/run'])
    await mount('-t', 'tmpfs', '-o', 'mode=755', 'peers', place)
  await mkdir('/var/lib/opensmtpd/empty', { recursive: true })
}

async function mount(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand('mount', args)
  if (code !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr.trim()}`)
}

/** Exim with GnuTLS, as Debian builds it; it takes everything and keeps it in its queue. */
export async function startExim(
  directory: string,
  addresses: readonly PeerAddress[],
): Promise<Peer> {
  await mkdir(directory, { recursive: true })
  const owner = USERS['Debian-exim']
  for (const name of ['', 'spool', 'log']) {
    await mkdir(join(directory, name), { recursive: true })
    await chown(join(directory, name), owner, owner)
  }
  const files = await certificateFiles(directory, addresses, owner)
  const byAddress = (value: (one: PeerAddress) => string, other = ''): string =>
    addresses.reduceRight(
      (rest, one) => `\${if eq{$received_ip_address}{${one.address}}{${value(one)}}{${rest}}}`,
      other,
    )
  const config = join(directory, 'exim.conf')
  await writeFile(
    config,
    `exim_path = ${EXIM}
spool_directory = ${join(directory, 'spool')}
log_file_path = ${join(directory, 'log', '%slog')}
primary_hostname = mx.exim.test
keep_environment = LD_LIBRARY_PATH
local_interfaces = <; ${addresses.map(({ address }) => address).join(' ; ')}
daemon_smtp_ports = 25
host_lookup =
rfc1413_hosts =
queue_only = true
acl_smtp_rcpt = take
log_selector = +smtp_connection +smtp_protocol_error +tls_cipher
tls_advertise_hosts = ${byAddress(({ certificate }) => (certificate === undefined ? '' : '*'))}
tls_certificate = ${byAddress(({ manner }) => files(manner).cert)}
tls_privatekey = ${byAddress(({ manner }) => files(manner).key)}
tls_require_ciphers = ${byAddress(({ manner }) => (manner === 'tls12' ? 'NORMAL:-VERS-TLS1.3' : 'NORMAL'))}
begin acl
take:
  accept
begin routers
all:
  driver = redirect
  data = :blackhole:
`,
  )
  const child = run(EXIM, ['-bdf', '-q1h', '-C', config])
  await untilListening(addresses, child, join(directory, 'log', 'paniclog'))
  return {
    log: () => readAll(join(directory, 'log', 'mainlog'), join(directory, 'log', 'rejectlog')),
    close: () => end(child),
  }
}

/** OpenSMTPD, which takes everything and keeps it in its queue. */
export async function startOpenSmtpd(
  directory: string,
  addresses: readonly PeerAddress[],
): Promise<Peer> {
  await mkdir(directory, { recursive: true })
  const files = await certificateFiles(directory, addresses, 0)
  const lines = addresses.map(({ manner, address, certificate }) => {
    const name = `mx.opensmtpd-${manner}.test`
    if (certificate === undefined) return `listen on ${address} port 25 hostname ${name}`
    const { key, cert } = files(manner)
    return [
      `pki ${manner} cert "${cert}"`,
      `pki ${manner} key "${key}"`,
      `listen on ${address} port 25 tls pki ${manner} hostname ${name}`,
    ].join('\n')
  })
  const config = join(directory, 'smtpd.conf')
  const nowhere = 'action keep relay host smtp://127.0.0.99\nmatch from any for any action keep\n'
  await writeFile(config, `${lines.join('\n')}\n${nowhere}`)
  await chmod(config, 0o600)
  const child = run(OPENSMTPD, ['-d', '-f', config], join(directory, 'log'))
  await untilListening(addresses, child, join(directory, 'log'))
  return { log: () => readAll(join(directory, 'log')), close: () => end(child) }
}

/** Postfix as it receives. */
export async function startReceivingPostfix(
  directory: string,
  addresses: readonly PeerAddress[],
): Promise<Peer> {
  await mkdir(directory, { recursive: true })
  await chmod(directory, 0o755)
  const files = await certificateFiles(directory, addresses, 0)
  const services = addresses.map(({ manner, address, certificate }) => {
    const { key, cert } = files(manner)
    const tls =
      certificate === undefined
        ? ['smtpd_tls_security_level=none']
        : [
            'smtpd_tls_security_level=may',
            `smtpd_tls_cert_file=${cert}`,
            `smtpd_tls_key_file=${key}`,
            ...(manner === 'tls12' ? ['smtpd_tls_protocols=>=TLSv1.2,<=TLSv1.2'] : []),
          ]
    return `${address}:25 inet n - n - - smtpd ${tls.map(option => `-o ${option}`).join(' ')}`
  })
  const postfix = await startPostfix({
    directory,
    mainCf: { default_transport: 'discard:', inet_interfaces: 'all' },
    masterExtra: services.join('\n'),
  })
  return { log: async () => (await postfix.logLines()).join('\n'), close: () => postfix.stop() }
}

interface CertificateFiles {
  readonly key: string
  readonly cert: string
}

async function certificateFiles(
  directory: string,
  addresses: readonly PeerAddress[],
  owner: number,
): Promise<(manner: Manner) => CertificateFiles> {
  const of = (manner: Manner): CertificateFiles => ({
    key: join(directory, `${manner}.key`),
    cert: join(directory, `${manner}.pem`),
  })
  for (const { manner, certificate } of addresses) {
    if (certificate === undefined) continue
    const { key, cert } = of(manner)
    await writeFile(cert, certificate.cert)
    await writeFile(key, certificate.key, { mode: 0o600 })
    await chown(key, owner, owner)
  }
  return of
}

const processes = new Map<ChildProcess, string>()

function run(command: string, args: readonly string[], log?: string): ChildProcess {
  const child = spawn('env', [LIBRARY_PATH, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  processes.set(child, '')
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      processes.set(child, `${processes.get(child) ?? ''}${chunk.toString()}`)
      if (log !== undefined) void appendFile(log, chunk)
    })
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function untilListening(
  addresses: readonly PeerAddress[],
  child: ChildProcess,
  log: string,
): Promise<void> {
  for (let tries = 0; tries < 400 && child.exitCode === null; tries += 1) {
    const open = await Promise.all(addresses.map(({ address }) => isOpen(address)))
    if (open.every(Boolean)) return
    await sleep(25)
  }
  await end(child)
  throw new Error(`it does not listen: ${processes.get(child)} ${await readAll(log)}`)
}

function isOpen(address: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(25, address)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}

async function readAll(...files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  return texts.join('\n')
}
