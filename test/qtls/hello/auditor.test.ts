import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import t from 'tap'
import type { AuditFacts } from '../../../src/qtls/facts.js'
import { helloAuditor } from '../../../src/qtls/hello/auditor.js'
import type { OpenForTls } from '../../../src/qtls/server-auditor.js'
import { auditServer } from '../../support/audit-servers.js'
import { startTlsFront, TlsFiles, type TlsFront } from '../../support/tls-front.js'

const files = new TlsFiles()
t.teardown(() => files.remove())
const signal = new AbortController().signal
const auditor = helloAuditor()

async function withServer<T>(name: string, ask: (front: TlsFront) => Promise<T>): Promise<T> {
  const front = await startTlsFront(await auditServer(name).options(files))
  try {
    return await ask(front)
  } finally {
    await front.close()
  }
}

const explained = (name: string): Promise<AuditFacts | undefined> =>
  withServer(name, ({ open }) => auditor.explain(open, signal))
const deep = (name: string): Promise<AuditFacts | undefined> =>
  withServer(name, ({ open }) => auditor.deep(open, signal))

await t.test('a few hellos tell what a server insists on', async t => {
  const rows: readonly (readonly [string, Partial<AuditFacts>])[] = [
    [
      'TLS 1.1 only',
      { suites: { 'TLSv1.3': [], 'TLSv1.2': [], 'TLSv1.1': ['TLS_RSA_WITH_NULL_MD5'] } },
    ],
    ['X25519 only', { groups: { 'TLSv1.3': ['x25519'], 'TLSv1.2': ['x25519'] } }],
    ['Brainpool only', { groups: { 'TLSv1.2': ['brainpoolP256r1', 'brainpoolP384r1'] } }],
    [
      'without forward secrecy',
      { suites: { 'TLSv1.3': [], 'TLSv1.2': ['TLS_RSA_WITH_AES_128_CBC_SHA'] } },
    ],
    ['a group of 1024 bits', { dhBits: 1024, groups: {} }],
    ['ChaCha20 only', { suites: { 'TLSv1.3': ['TLS_CHACHA20_POLY1305_SHA256'] } }],
    ['CBC only', { suites: { 'TLSv1.2': ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'] } }],
    ['an Ed25519 key', { signatureSchemes: { 'TLSv1.3': ['ed25519'], 'TLSv1.2': ['ed25519'] } }],
  ]
  for (const [name, wanted] of rows) {
    const facts = await explained(name)
    t.match(facts, { isDeep: false, ...wanted }, name)
    t.ok((facts?.hellos ?? 99) <= 20, `${name}: ${facts?.hellos} hellos`)
  }
})

await t.test('a deep audit finds everything', async t => {
  const facts = await deep('as it comes')
  t.match(facts, {
    isDeep: true,
    dhBits: 2048,
    secureRenegotiation: true,
    clientRenegotiation: false,
    compression: false,
    heartbeat: false,
    extendedMasterSecret: true,
    encryptThenMac: true,
  })
  t.same(facts?.suites['TLSv1.3']?.toSorted(), [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
  ])
  t.equal(facts?.suites['TLSv1.2']?.length, 20)
  t.same([facts?.suites['TLSv1.1'], facts?.suites['TLSv1'], facts?.suites['SSLv3']], [[], [], []])
  t.same(facts?.groups['TLSv1.3']?.toSorted(), [
    'ffdhe2048',
    'ffdhe3072',
    'ffdhe4096',
    'ffdhe6144',
    'ffdhe8192',
    'secp256r1',
    'secp384r1',
    'secp521r1',
    'x25519',
    'x448',
  ])
  t.same(facts?.signatureSchemes['TLSv1.3']?.toSorted(), [
    'rsa_pss_rsae_sha256',
    'rsa_pss_rsae_sha384',
    'rsa_pss_rsae_sha512',
  ])
  t.equal(facts?.chain.length, 1)
})

await t.test('what a server should not have is found', async t => {
  const facts = await deep('everything there is')
  t.match(facts, { isDeep: true, clientRenegotiation: true, dhBits: 1024 })
  t.ok((facts?.suites['TLSv1.2']?.length ?? 0) > 60)
  for (const bad of ['TLS_RSA_WITH_NULL_SHA', 'TLS_ECDH_anon_WITH_AES_128_CBC_SHA'])
    t.ok(facts?.suites['TLSv1']?.includes(bad), bad)
})

await t.test(
  'a server that hangs up, is silent or babbles ends the audit, not the run',
  async t => {
    const short = helloAuditor({ helloTimeoutMs: 50, maxHellos: 20 })
    const rows: readonly (readonly [string, (socket: Socket) => void])[] = [
      ['hangs up', socket => socket.destroy()],
      ['is silent', () => undefined],
      ['speaks HTTP', socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
      ['babbles', socket => socket.write(Buffer.alloc(2_000_000, 0x16))],
      [
        'sends empty records',
        socket => socket.write(Buffer.from('1603030000'.repeat(10_000), 'hex')),
      ],
    ]
    for (const [what, behave] of rows) {
      const server = createServer(socket => {
        socket.on('error', () => socket.destroy())
        behave(socket)
      })
      await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
      const { port } = server.address() as AddressInfo
      const facts = await short.deep(opener(port), signal)
      t.same(Object.values(facts?.suites ?? {}).flat(), [], what)
      t.ok((facts?.hellos ?? 0) > 0, what)
      server.close()
    }
  },
)

await t.test('a server that lets nobody in gives nothing', async t => {
  const closed: OpenForTls = () => Promise.resolve(undefined)
  t.match(await auditor.deep(closed, signal), { isDeep: false, hellos: 1 })
  t.equal(await auditor.explain(closed, signal), undefined)
  t.match(await helloAuditor({ helloTimeoutMs: 50, maxHellos: 0 }).deep(closed, signal), undefined)
})

await t.test('hellos are counted, and there is an end to them', async t => {
  const few = helloAuditor({ helloTimeoutMs: 5000, maxHellos: 12 })
  const facts = await withServer('as it comes', ({ open }) => few.deep(open, signal))
  t.match(facts, { isDeep: false, hellos: 12 })
})

function opener(port: number): OpenForTls {
  return () =>
    new Promise(done => {
      const socket = connect(port, '127.0.0.1', () => done(socket.pause()))
      socket.on('error', () => done(undefined))
    })
}
