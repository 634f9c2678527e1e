import { createServer, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import t, { type Test } from 'tap'
import { X509Certificate } from 'node:crypto'
import type { ConnectionFacts } from '../../src/qtls/facts.js'
import { probeAddress, type AddressProbeOptions } from '../../src/qtls/probe-address.js'
import { mailServer, probeOptions, someCertificates } from '../support/qtls-probe.js'
import type { MailServer, Manner } from '../../sandbox/scripted-receiver.js'

const { issued, alone } = await someCertificates(t)

function probe(
  server: Pick<MailServer, 'address' | 'port'>,
  more: Partial<AddressProbeOptions> = {},
): Promise<ConnectionFacts> {
  const target = { ip: server.address, port: server.port }
  return probeAddress(target, undefined, probeOptions(more), AbortSignal.timeout(20_000))
}

const speaking = (t: Test, tls: TlsOptions, manner: Manner = {}): Promise<MailServer> =>
  mailServer(t, { tls: { ...issued, ...tls }, manner })

await t.test('a server in order is known by one connection', async t => {
  const server = await speaking(t, {})
  const facts = await probe(server)
  t.match(facts, {
    ip: '127.0.0.1',
    at: 1_800_000_000_000,
    end: 'tls',
    phase: 'done',
    reply: { code: 220, text: '2.0.0 go on' },
    extensions: ['STARTTLS', '8BITMIME', 'SIZE'],
    takesInjection: false,
    widerSession: undefined,
    tlsFailure: undefined,
    audit: undefined,
  })
  t.match(facts.session, {
    protocol: 'TLSv1.3',
    suite: 'TLS_AES_256_GCM_SHA384',
    group: 'secp256r1',
    groupBits: 256,
    staple: undefined,
    chainCut: false,
  })
  const subjects = facts.session?.chain.map(
    der => new X509Certificate(Buffer.from(der, 'base64')).subject,
  )
  t.same(subjects, ['CN=mx.test', 'CN=Sandbox Authority'])
  t.equal(server.connections(), 1)
})

await t.test('the chain comes as it was sent, whatever belongs to it', async t => {
  const server = await speaking(t, { cert: `${issued.cert}${alone.cert}` })
  const { session } = await probe(server)
  t.equal(session?.chain.length, 3)
})

await t.test('a stapled answer is kept', async t => {
  const staple = Buffer.from('no matter what')
  const server = await mailServer(t, { tls: { ...issued }, staple })
  t.equal((await probe(server)).session?.staple, staple.toString('base64'))
})

await t.test('what the lane does not offer is found with the wider offer', async t => {
  const cases: [name: string, tls: TlsOptions, want: object][] = [
    ['X25519', { ecdhCurve: 'X25519' }, { group: 'x25519', protocol: 'TLSv1.3' }],
    [
      'ChaCha20',
      { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', minVersion: 'TLSv1.3' },
      { suite: 'TLS_CHACHA20_POLY1305_SHA256' },
    ],
    [
      'CBC',
      { ciphers: 'ECDHE-ECDSA-AES128-SHA256', maxVersion: 'TLSv1.2' },
      { suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', protocol: 'TLSv1.2' },
    ],
    [
      'Brainpool',
      { ecdhCurve: 'brainpoolP256r1', maxVersion: 'TLSv1.2' },
      { group: 'brainpoolP256r1' },
    ],
  ]
  for (const [name, tls, want] of cases) {
    const server = await speaking(t, tls)
    const facts = await probe(server)
    t.match(facts, { end: 'handshake-failed', phase: 'handshake', session: undefined }, name)
    t.match(facts.widerSession, want, name)
    t.ok((facts.tlsFailure ?? '').length > 0, name)
  }
})

await t.test('without anything from TLS 1.2 up there is no session at all', async t => {
  const old = {
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  } as const
  const facts = await probe(await speaking(t, old))
  t.match(facts, { end: 'handshake-failed', session: undefined, widerSession: undefined })
})

await t.test('what explains a failure is asked for once the wider offer was made', async t => {
  const server = await speaking(t, { ecdhCurve: 'X25519' })
  const opened: boolean[] = []
  const explain = async (open: (signal: AbortSignal) => Promise<Socket | undefined>) => {
    const socket = await open(AbortSignal.timeout(1000))
    opened.push(socket !== undefined)
    socket?.destroy()
    return undefined
  }
  await probe(server, { auditor: { explain, deep: async () => undefined } })
  t.same(opened, [true])
})

const ENDS: [name: string, manner: Manner, want: Partial<ConnectionFacts>][] = [
  [
    'a server without STARTTLS',
    { ehlo: '250-mx.test\r\n250 SIZE' },
    { end: 'no-starttls', phase: 'ehlo' },
  ],
  ['one that knows no EHLO', { ehlo: '500 what?' }, { end: 'no-starttls', phase: 'ehlo' }],
  [
    'STARTTLS overwritten on the way',
    { ehlo: '250-mx.test\r\n250-SIZE\r\n250 XXXXXXXA' },
    { end: 'starttls-stripped', phase: 'ehlo' },
  ],
  ['421 as a banner', { banner: '421 4.3.2 too busy' }, { end: 'smtp-4xx', phase: 'banner' }],
  ['554 as a banner', { banner: '554 5.7.1 go away' }, { end: 'smtp-5xx', phase: 'banner' }],
  ['greylisting at EHLO', { ehlo: '450 4.7.0 later' }, { end: 'smtp-4xx', phase: 'ehlo' }],
  ['a block at EHLO', { ehlo: '550 5.7.1 blocked' }, { end: 'smtp-5xx', phase: 'ehlo' }],
  ['TLS that is down', { starttls: '454 4.7.0 later' }, { end: 'smtp-4xx', phase: 'starttls' }],
  ['TLS that is refused', { starttls: '502 5.5.1 no' }, { end: 'smtp-5xx', phase: 'starttls' }],
  ['a banner that never comes', { banner: () => undefined }, { end: 'timeout', phase: 'banner' }],
  ['an EHLO that is not answered', { ehlo: () => undefined }, { end: 'timeout', phase: 'ehlo' }],
  ['a server that hangs up', { banner: s => void s.destroy() }, { end: 'closed', phase: 'banner' }],
  ['no SMTP', { banner: 'SSH-2.0-OpenSSH_9.2' }, { end: 'protocol-error', phase: 'banner' }],
  [
    'bytes behind the answer to STARTTLS',
    { starttls: s => void s.write('220 go on\r\n250 I am in\r\n') },
    { end: 'protocol-error', phase: 'starttls' },
  ],
  [
    'a server that goes away instead of shaking hands',
    { starttls: s => void s.write('220 go on\r\n', () => s.end()) },
    { end: 'closed', phase: 'handshake' },
  ],
]

for (const [name, manner, want] of ENDS) {
  await t.test(`${name} ends the connection where it is`, async t => {
    t.match(await probe(await speaking(t, {}, manner)), { ...want, session: undefined })
  })
}

await t.test('a closed port is a refusal', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(done => server.once('listening', done))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  await new Promise(done => server.close(done))
  t.match(await probe({ address: '127.0.0.1', port }), { end: 'refused', phase: 'tcp' })
})

await t.test('a command in the clear that is carried out within TLS is noticed', async t => {
  const taking = await speaking(t, {}, { takesInjected: true })
  t.match(await probe(taking), { end: 'tls', takesInjection: true })
  t.match(await probe(taking, { testInjection: false }), { end: 'tls', takesInjection: false })
})

await t.test('a server that will not have two commands at once is asked again by one', async t => {
  let starts = 0
  const refusing = await mailServer(t, {
    manner: {
      ehlo: '250-mx.test\r\n250 STARTTLS',
      starttls: socket => {
        starts += 1
        socket.end('554 5.5.0 protocol synchronization error\r\n')
      },
    },
  })
  t.match(await probe(refusing), { end: 'smtp-5xx', phase: 'starttls' })
  t.equal(starts, 2)
})

const chatter = (text: string) => (socket: Socket) => {
  const more = (): void => {
    while (socket.writable && socket.write(text));
  }
  socket.on('drain', more)
  more()
}

const FLOODS: [name: string, manner: Manner, phase: string][] = [
  ['an endless banner', { banner: chatter('220-hello hello hello\r\n') }, 'banner'],
  ['a banner in one endless line', { banner: chatter('220 hello hello hello ') }, 'banner'],
  [
    '10 MB of extensions',
    { ehlo: socket => chatter(`250-${'X'.repeat(400)}\r\n`.repeat(25_000))(socket) },
    'ehlo',
  ],
]

for (const [name, manner, phase] of FLOODS) {
  await t.test(`${name} is not read to its end`, async t => {
    const before = process.memoryUsage().rss
    t.match(await probe(await speaking(t, {}, manner)), { end: 'protocol-error', phase })
    const grown = process.memoryUsage().rss - before
    t.ok(grown < 150_000_000, `${grown} bytes more, the server's own among them`)
  })
}

await t.test('a tarpit that says a little now and then does not win time', async t => {
  const tarpit = (socket: Socket): void => {
    const timer = setInterval(() => socket.write('220-wait\r\n'), 20)
    socket.on('close', () => clearInterval(timer))
  }
  t.match(await probe(await speaking(t, {}, { banner: tarpit })), {
    end: 'timeout',
    phase: 'banner',
  })
})

await t.test('half a TLS record ends in time', async t => {
  const half = (socket: Socket): void => {
    socket.write('220 go on\r\n')
    socket.once('data', () => socket.write(Buffer.from([22, 3, 3, 0x40, 0, 2, 0, 0])))
  }
  const limits = { connectMs: 500, bannerMs: 500, commandMs: 500, handshakeMs: 150 }
  const facts = await probe(await speaking(t, {}, { starttls: half }), {
    smtp: { heloName: 'prober.test', limits },
  })
  t.match(facts, { end: 'timeout', phase: 'handshake' })
})

await t.test('a chain of 200 certificates is cut, or not taken at all', async t => {
  const cert = issued.cert + alone.cert.repeat(199)
  const facts = await probe(await speaking(t, { cert }))
  const length = facts.session?.chain.length ?? 0
  t.ok(length <= 16)
  t.ok(facts.session === undefined || facts.session.chainCut)
})
