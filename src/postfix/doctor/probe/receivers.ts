import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Target } from './trials.js'

const run = promisify(execFile)
const DEADLINE_MS = 20_000
/** A probe message is a few lines. */
const MAX_MESSAGE_BYTES = 64 * 1024

/** A server of the probe: one of each target, and one that stands in for the listeners. */
export type Role = Target | 'fallback'

/** A probe message as it came to one of the receivers. */
export interface Arrival {
  readonly role: Role
  readonly recipient: string
  readonly encrypted: boolean
  readonly message: string
}

export interface Receivers {
  readonly arrivals: readonly Arrival[]
  readonly ports: Readonly<Record<Role, number>>
  close(): Promise<void>
}

/**
 * Starts the receivers of a probe on free ports of the loopback address. The certificate of the one
 * with TLS is made for this probe, by nobody that anybody trusts.
 *
 * Throws  an Error that says what is missing, such as openssl(1).
 */
export async function startReceivers(directory: string): Promise<Receivers> {
  const arrivals: Arrival[] = []
  const certificate = await makeCertificate(directory)
  const servers: SMTPServer[] = []
  const start = async (role: Role, options: SMTPServerOptions): Promise<number> => {
    const server = receiver(role, options, arrival => arrivals.push(arrival))
    servers.push(server)
    return listen(server)
  }
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(server => new Promise<void>(done => server.close(done))))
  }
  try {
    const plain = await start('plain', { disabledCommands: ['AUTH', 'STARTTLS'] })
    const tls = await start('tls', { disabledCommands: ['AUTH'], ...certificate })
    const fallback = await start('fallback', { disabledCommands: ['AUTH', 'STARTTLS'] })
    return { arrivals, ports: { plain, tls, fallback }, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

function receiver(
  role: Role,
  options: SMTPServerOptions,
  onArrival: (arrival: Arrival) => unknown,
): SMTPServer {
  const server = new SMTPServer({
    name: `${role}.postseal-probe.invalid`,
    size: MAX_MESSAGE_BYTES,
    socketTimeout: DEADLINE_MS,
    closeTimeout: 200,
    logger: false,
    authOptional: true,
    disableReverseLookup: true,
    ...options,
    onData(stream, session, done) {
      const [recipient] = session.envelope.rcptTo
      text(stream)
        .then(message =>
          onArrival({
            role,
            recipient: recipient?.address.toLowerCase() ?? '',
            encrypted: session.secure,
            message,
          }),
        )
        .then(
          () => done(null, 'the probe has arrived'),
          (reason: unknown) => done(reason instanceof Error ? reason : new Error(String(reason))),
        )
    },
  })
  // A lane that refuses a certificate breaks the connection, which is what is wanted of it.
  server.on('error', () => undefined)
  return server
}

async function listen(server: SMTPServer): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  return address.port
}

/** Without the configuration of the system, which may want more than there is. */
const CONFIG =
  '[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = postseal-probe.invalid\n'

async function makeCertificate(directory: string): Promise<{ key: string; cert: string }> {
  const [config, key, cert] = ['openssl.cnf', 'key.pem', 'cert.pem'].map(name =>
    join(directory, name),
  )
  const files = { config: config ?? '', key: key ?? '', cert: cert ?? '' }
  await writeFile(files.config, CONFIG)
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 -nodes'.split(' ')
  const names = ['-config', files.config, '-keyout', files.key, '-out', files.cert]
  await run('openssl', [...request, ...names], { timeout: DEADLINE_MS })
  return { key: await readFile(files.key, 'utf8'), cert: await readFile(files.cert, 'utf8') }
}
