import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import t, { type Test } from 'tap'
import { runCommand } from '../../sandbox/run-command.js'
import { readInstance } from '../../src/postfix/instance.js'
import { opensslConfig } from '../../src/postfix/lanes/openssl-config.js'
import { BSI_OFFER } from '../../src/policy/qtls-offer.js'
import { wantedLanes } from '../../src/postfix/lanes/wanted.js'
import { lanesConfig } from '../support/postfix-instance.js'

const directory = await mkdtemp(join(tmpdir(), 'pf-'))
t.teardown(() => rm(directory, { recursive: true }))
await writeFile(join(directory, 'main.cf'), 'compatibility_level = 3.6\ninet_protocols = ipv4\n')
await writeFile(join(directory, 'master.cf'), '')
const facts = await readInstance({ config_directory: directory, command_directory: '/usr/sbin' })
const openssl = join(directory, 'openssl.cnf')
await writeFile(openssl, opensslConfig(BSI_OFFER))
const qtls = wantedLanes(lanesConfig(), facts).masterCf.find(({ name }) => name === 'qtls')

/** What posttls-finger(1), with the settings of the lane qtls, says of a server. */
async function handshake(t: Test, options: SMTPServerOptions): Promise<string> {
  const server = new SMTPServer({ logger: false, disabledCommands: ['AUTH'], ...options })
  server.on('error', () => undefined)
  const port = await new Promise<number>(done => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address()
      done(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
  t.teardown(() => new Promise<void>(done => server.close(done)))
  const lane = [...(qtls?.options ?? [])].filter(([name]) => name.startsWith('tls_'))
  const settings = [...lane, ['tls_config_file', openssl]].flatMap(([name, value]) => [
    '-o',
    `${name}=${value}`,
  ])
  const args = ['-d', 'sha256', '-c', '-l', 'encrypt', '-L', 'summary', '-g', 'high', ...settings]
  const { stdout, stderr } = await runCommand('env', [
    `MAIL_CONFIG=${directory}`,
    'posttls-finger',
    ...args,
    `[127.0.0.1]:${port}`,
  ])
  return stdout + stderr
}

/** A certificate by openssl(1) for a key of the given kind. */
async function certificate(kind: 'rsa' | 'ec' | 'ed25519'): Promise<SMTPServerOptions> {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const file = join(directory, `${kind}.key`)
  await writeFile(file, key)
  const args = ['req', '-x509', '-key', file, '-days', '2', '-subj', '/CN=mx.test']
  const { stdout, stderr } = await runCommand('openssl', args)
  if (!stdout.includes('BEGIN')) throw new Error(stderr)
  return { key, cert: stdout }
}

const CASES: [
  name: string,
  kind: 'rsa' | 'ec' | 'ed25519',
  options: SMTPServerOptions,
  want: RegExp,
][] = [
  [
    'P-256 and AES in TLS 1.3',
    'ec',
    {},
    /TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384 .*prime256v1/,
  ],
  [
    'RSA with PSS in TLS 1.2',
    'rsa',
    { maxVersion: 'TLSv1.2' },
    /TLSv1\.2 with cipher ECDHE-RSA-AES(?:128|256)-GCM-SHA/,
  ],
  ['ChaCha20 alone', 'ec', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }, /SSL_connect error/],
  [
    'ChaCha20 alone in TLS 1.2',
    'rsa',
    { ciphers: 'ECDHE-RSA-CHACHA20-POLY1305', maxVersion: 'TLSv1.2' },
    /SSL_connect error/,
  ],
  ['X25519 alone', 'ec', { ecdhCurve: 'X25519' }, /SSL_connect error/],
  ['a key of Ed25519', 'ed25519', {}, /SSL_connect error/],
  [
    'no forward secrecy',
    'rsa',
    { ciphers: 'AES256-GCM-SHA384', maxVersion: 'TLSv1.2' },
    /SSL_connect error/,
  ],
]

for (const [name, kind, options, want] of CASES) {
  await t.test(`the lane qtls and a server with ${name}`, async t => {
    t.match(await handshake(t, { ...(await certificate(kind)), ...options }), want)
  })
}
