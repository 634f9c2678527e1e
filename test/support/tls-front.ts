import { spawn, type ChildProcess } from 'node:child_process'
import { getDiffieHellman } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenForTls } from '../../src/qtls/server-auditor.js'
import { runCommand } from './run-command.js'

/** Keys and certificates by kind, made once for a run by openssl. */
export class TlsFiles {
  readonly directory = mkdtempSync(join(tmpdir(), 'postseal-tls-'))
  readonly #made = new Map<string, Promise<readonly string[]>>()

  /** Options of `openssl s_server` for a certificate of a kind: `rsa:2048`, `ec:prime256v1`, `ed25519`. */
  certificate(kind: string): Promise<readonly string[]> {
    const made = this.#made.get(kind) ?? this.#make(kind)
    this.#made.set(kind, made)
    return made
  }

  /** A group of 1024 bits: Oakley's second (RFC 2409, 6.2). */
  dhOf1024(): readonly string[] {
    const prime = getDiffieHellman('modp2').getPrime()
    const numbers = Buffer.concat([Buffer.from('02818100', 'hex'), prime, Buffer.from([2, 1, 2])])
    const der = Buffer.concat([Buffer.from([0x30, 0x81, numbers.length]), numbers])
    const file = join(this.directory, 'dh.pem')
    const name = 'DH PARAMETERS'
    writeFileSync(
      file,
      `-----BEGIN ${name}-----\n${der.toString('base64')}\n-----END ${name}-----\n`,
    )
    return ['-dhparam', file]
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  async #make(kind: string): Promise<readonly string[]> {
    const [type = '', parameter = ''] = kind.split(':')
    const base = join(this.directory, kind.replace(':', '-'))
    const key =
      type === 'ec'
        ? ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${parameter}`]
        : ['-newkey', kind]
    const files = ['-keyout', `${base}.key`, '-out', `${base}.pem`]
    const subject = ['-subj', '/CN=localhost', '-days', '30', '-nodes']
    await runCommand('openssl', ['req', '-x509', ...key, ...files, ...subject])
    return ['-cert', `${base}.pem`, '-key', `${base}.key`]
  }
}

/** A TLS server of openssl, by itself and behind an SMTP dialogue with STARTTLS. */
export interface TlsFront {
  readonly tlsPort: number
  readonly smtpPort: number
  /** Straight to TLS. */
  readonly open: OpenForTls
  close(): Promise<void>
}

export async function startTlsFront(args: readonly string[]): Promise<TlsFront> {
  const tlsPort = await freePort()
  const child = spawn(
    'openssl',
    ['s_server', '-accept', `127.0.0.1:${tlsPort}`, '-quiet', ...args],
    // Without anything to read it would end each session at once.
    { stdio: ['pipe', 'ignore', 'ignore'] },
  )
  await answers(tlsPort, child)
  const smtp = createServer(socket => talk(socket, tlsPort))
  const smtpPort = await listen(smtp)
  return {
    tlsPort,
    smtpPort,
    open: () => connected(tlsPort),
    close: async () => {
      const gone = new Promise(done => child.once('exit', done))
      child.kill('SIGKILL')
      await gone
      await new Promise(done => smtp.close(done))
    },
  }
}

/** As much SMTP as it takes to come to TLS; from there on the bytes go through. */
function talk(client: Socket, tlsPort: number): void {
  client.on('error', () => client.destroy())
  client.write('220 front.test ESMTP\r\n')
  let heard = ''
  const listener = (chunk: Buffer): void => {
    heard += chunk.toString('latin1')
    for (let end = heard.indexOf('\n'); end >= 0; end = heard.indexOf('\n')) {
      const line = heard.slice(0, end).trim().toUpperCase()
      heard = heard.slice(end + 1)
      if (line.startsWith('EHLO')) client.write('250-front.test\r\n250 STARTTLS\r\n')
      else if (line === 'STARTTLS') {
        client.off('data', listener).pause()
        const server = connect(tlsPort, '127.0.0.1', () => client.write('220 go\r\n'))
        server.on('error', () => client.destroy())
        client.on('close', () => server.destroy())
        client.pipe(server).pipe(client)
        return
      } else client.write(line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n')
    }
  }
  client.on('data', listener)
}

function connected(port: number): Promise<Socket | undefined> {
  return new Promise(done => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => done(socket.pause()))
    socket.on('error', () => done(undefined))
  })
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (child.exitCode !== null) throw new Error(`openssl ended with ${child.exitCode}`)
    const socket = await connected(port)
    socket?.destroy()
    if (socket !== undefined) return
    await new Promise(done => setTimeout(done, 25))
  }
  throw new Error('openssl does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise(done => server.close(done))
  return port
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}
