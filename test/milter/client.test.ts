import { type Socket, createServer } from 'node:net'
import t, { type Test } from 'tap'
import {
  type ClientMail,
  type MilterHandlers,
  PROTOCOL,
  connectMilter,
  createMilterServer,
  encodePacket,
  replies,
  replyCode,
  sendMail,
} from '../../src/milter/index.js'

const AGREE = offer(6, 0x1ff, 0)
const CONNECT = { host: 'h', family: 'inet', address: '127.0.0.1', port: 9 } as const

await t.test('an offer that is answered badly is no connection', async t => {
  const cases: [name: string, answer: Buffer, code: string][] = [
    ['a newer version', offer(7, 0, 0), 'ERR_MILTER_PROTOCOL'],
    ['version 1', offer(1, 0, 0), 'ERR_MILTER_PROTOCOL'],
    ['actions that were not offered', offer(6, 0x200, 0), 'ERR_MILTER_PROTOCOL'],
    ['protocol bits that were not offered', offer(6, 0, 0x10000000), 'ERR_MILTER_PROTOCOL'],
    ['another packet', encodePacket(0x63), 'ERR_MILTER_PROTOCOL'],
    ['too short', encodePacket(0x4f, '\0\0\0\x06'), 'ERR_MILTER_PROTOCOL'],
    ['a macro list of no stage', offer(6, 0, 0, '\0\0\0\x09i\0'), 'ERR_MILTER_PROTOCOL'],
    ['a macro list without its NUL', offer(6, 0, 0, '\0\0\0\x02i'), 'ERR_MILTER_PROTOCOL'],
    ['a packet of length 0', Buffer.alloc(5), 'ERR_MILTER_PACKET'],
    ['a packet of 4 GiB', Buffer.alloc(5, 255), 'ERR_MILTER_PACKET'],
  ]
  let seen = 0
  for (const [name, answer, code] of cases) {
    const target = await fakeFilter(t, () => answer)
    await t.rejects(connectMilter(target), { code }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
  await t.rejects(connectMilter({ port: 1 }), { code: 'ERR_MILTER_CLOSED' }, 'nobody listens')
  await t.rejects(connectMilter({ port: 1 }, { version: 1 }), { code: 'ERR_MILTER_PROTOCOL' })
})

await t.test('a filter that is silent, or goes away, ends the wait', async t => {
  const silent = await fakeFilter(t, () => undefined)
  await t.rejects(connectMilter(silent, { timeoutMs: 50 }), { code: 'ERR_MILTER_TIMEOUT' })
  const gone = await fakeFilter(t, (_letter, socket) => void socket.end())
  await t.rejects(connectMilter(gone), { code: 'ERR_MILTER_CLOSED' })

  const later = await fakeFilter(t, letter => (letter === 'O' ? AGREE : undefined))
  const client = await connectMilter(later, { timeoutMs: 50 })
  await t.rejects(client.helo('h'), { code: 'ERR_MILTER_TIMEOUT' })
  await t.rejects(client.helo('h'), { code: 'ERR_MILTER_CLOSED' }, 'and is of no use then')
})

await t.test('a filter that does not read stops the sender, in time', async t => {
  const agreement = offer(6, 0, PROTOCOL.NR_BODY)
  const target = await fakeFilter(t, (_letter, socket) => {
    socket.pause()
    return agreement
  })
  const client = await connectMilter(target, { timeoutMs: 100 })
  await t.rejects(client.body(Buffer.alloc(64 * 1024 * 1024)), { code: 'ERR_MILTER_TIMEOUT' })
})

await t.test('progress restarts the deadline, and is counted', async t => {
  const target = await fakeFilter(t, (letter, socket) => {
    if (letter === 'O') return AGREE
    if (letter !== 'E') return encodePacket(0x63)
    let left = 6
    const timer = setInterval(() => {
      left -= 1
      socket.write(encodePacket(left > 0 ? 0x70 : 0x61))
      if (left === 0) clearInterval(timer)
    }, 40)
    return undefined
  })
  const client = await connectMilter(target, { timeoutMs: 150 })
  t.same(await client.endOfMessage(), { reply: replies.accept, modifications: [], progress: 5 })
  client.destroy()
})

await t.test(
  'changes come at the end of the message, agreed upon, and quarantine earlier',
  async t => {
    const early = await fakeFilter(t, scripted({ H: encodePacket(0x68, 'X\0v\0') }))
    await t.rejects((await connectMilter(early)).helo('h'), { code: 'ERR_MILTER_PROTOCOL' })

    const held = encodePacket(0x71, 'why\0')
    const target = await fakeFilter(t, scripted({ M: Buffer.concat([held, encodePacket(0x63)]) }))
    const client = await connectMilter(target)
    t.same(await client.mail('<>'), replies.continue)
    t.match((await client.endOfMessage()).modifications, [{ kind: 'quarantine', reason: 'why' }])
    await client.mail('<>')
    await client.abort()
    t.same((await client.endOfMessage()).modifications, [], 'forgotten with the message')
    await client.quit()

    const changes: [action: number, packet: Buffer][] = [
      [0x001, encodePacket(0x69, '\0\0\0\0', 'X\0v\0')],
      [0x080, encodePacket(0x32, 'a\0NOTIFY=NEVER\0')],
    ]
    for (const [action, packet] of changes) {
      const answer = Buffer.concat([packet, encodePacket(0x63)])
      for (const isAgreed of [true, false]) {
        const actions = isAgreed ? action : 0x1ff & ~action
        const filter = await fakeFilter(t, scripted({ O: offer(6, actions, 0), E: answer }))
        const end = (await connectMilter(filter)).endOfMessage()
        if (isAgreed) t.equal((await end).modifications.length, 1)
        else await t.rejects(end, { code: 'ERR_MILTER_PROTOCOL' })
      }
    }
  },
)

await t.test('what is not to be sent is not sent, what has no reply is not waited for', async t => {
  const letters: string[] = []
  const protocol = PROTOCOL.NOHELO | PROTOCOL.NR_MAIL | PROTOCOL.NOBODY | PROTOCOL.HDR_LEADSPC
  const target = await fakeFilter(t, letter => {
    letters.push(letter)
    if (letter === 'O') return offer(6, 0x1ff, protocol)
    return ['M', 'D', 'A', 'K', 'Q'].includes(letter) ? undefined : encodePacket(0x63)
  })
  const client = await connectMilter(target)
  t.same(await client.connect(CONNECT), replies.continue)
  t.same(await client.helo('h'), { kind: 'not-sent' })
  t.same(await client.mail('<a@sender.test>'), { kind: 'no-reply' })
  await client.macros(0x52, { i: 'ID' })
  t.same(await client.rcpt('<x@rcpt.test>'), replies.continue)
  t.same(await client.data(), replies.continue)
  t.same(await client.body(Buffer.from('body\r\n')), { kind: 'not-sent' })
  t.match(await client.endOfMessage(), { reply: replies.continue })
  await client.abort()
  await client.quitNewConnection()
  t.same(await client.unknown('FROB'), replies.continue)
  await client.quit()
  t.equal(letters.join(''), 'OCMDRTEAKUQ')
})

await t.test('old versions know no DATA and no unknown commands', async t => {
  for (const [version, data, unknown] of [
    [2, 'not-sent', 'not-sent'],
    [3, 'not-sent', 'continue'],
    [4, 'continue', 'continue'],
  ] as const) {
    const target = await fakeFilter(t, scripted({ O: offer(version, 0, 0) }))
    const client = await connectMilter(target, { version })
    t.equal((await client.data()).kind, data, `DATA in version ${version}`)
    t.equal((await client.unknown('X')).kind, unknown, `UNKNOWN in version ${version}`)
    await client.quit()
  }
})

const MAIL: ClientMail = {
  sender: 'ä@sender.test',
  recipients: ['x@rcpt.test', 'no@rcpt.test', 'ö@rcpt.test'],
  message: Buffer.from('Subject: s\nX-A: b\n\nbody\n'),
  auth: { user: 'user', author: 'other' },
  tls: { version: 'TLSv1.3', cipher: 'X', bits: 256 },
  macros: { connect: { '{client_addr}': '192.0.2.1' } },
}

await t.test('sendMail plays a mail as Postfix does and makes the edits', async t => {
  const shown: Record<string, unknown> = {}
  const target = await realFilter(t, {
    rcpt: (_session, _tx, { address }) =>
      address.startsWith('no') ? replies.reject : replies.continue,
    message: tx => {
      const names = [
        'j',
        'client_addr',
        'tls_version',
        'auth_authen',
        'auth_author',
        'mail_addr',
        'i',
      ]
      for (const name of names) shown[name] = tx.macros.get(name)
      tx.edits.removeHeader('X-A')
      tx.edits.addHeader('X-B', 'c')
      tx.edits.replaceBody(Buffer.from('new\r\n'))
      return replies.continue
    },
  })
  const result = await sendMail(target, MAIL)
  t.match(result, { verdict: 'accept', step: 'message' })
  t.equal(result.message?.toString(), 'Subject: s\r\nX-B: c\r\n\r\nnew\r\n')
  t.same(result.edited?.recipients, ['<x@rcpt.test>', '<ö@rcpt.test>'])
  t.equal(result.edited?.sender, '<ä@sender.test>')
  t.same(
    result.recipients.map(({ reply }) => reply.kind),
    ['continue', 'reject', 'continue'],
  )
  t.same(shown, {
    j: 'sandbox.test',
    client_addr: '192.0.2.1',
    tls_version: 'TLSv1.3',
    auth_authen: 'user',
    auth_author: 'other',
    mail_addr: 'ä@sender.test',
    i: '4Sandbox1Z2',
  })
})

await t.test('sendMail sends the macros that are asked for, and no others', async t => {
  const shown: unknown[] = []
  const target = await realFilter(t, {
    needs: { macros: { mail: ['{auth_authen}'] } },
    message: tx => {
      shown.push(tx.macros.get('auth_authen'), tx.macros.get('auth_author'), tx.queueId)
      return replies.continue
    },
  })
  await sendMail(target, MAIL)
  t.same(shown, ['user', undefined, '4Sandbox1Z2'], 'Postfix keeps its usual ones elsewhere')
})

await t.test('what is known of TLS is told with EHLO, or where it is asked for', async t => {
  const certificate = { subject: 'client.test', issuer: 'Authority' }
  const tls = { version: 'TLSv1.3', cipher: 'X', bits: 256, certificate }
  const told = async (mail: Partial<ClientMail>, macros: MilterHandlers['needs']) => {
    let seen: unknown
    const target = await realFilter(t, {
      ...(macros === undefined ? {} : { needs: macros }),
      message: tx => {
        seen = [tx.macros.get('cert_subject'), tx.macros.get('cert_issuer')]
        return replies.continue
      },
    })
    await sendMail(target, { ...MAIL, ...mail })
    return seen
  }
  const asked = { macros: { mail: ['{cert_subject}', '{cert_issuer}'] } }
  const names = ['client.test', 'Authority']
  t.same(await told({ tls }, undefined), names)
  t.same(await told({ tls: { ...tls, afterHelo: true } }, undefined), [undefined, undefined])
  t.same(await told({ tls: { ...tls, afterHelo: true } }, asked), names)
  t.same(await told({}, asked), [undefined, undefined], 'no certificate')
})

await t.test('sendMail stops where the filter decides', async t => {
  const code = replyCode(550, '5.7.1', 'no')
  const cases: [handlers: MilterHandlers, verdict: string, step: string][] = [
    [{ connect: () => replies.reject }, 'reject', 'connect'],
    [{ helo: () => replyCode(451, '4.7.1', 'later') }, 'tempfail', 'helo'],
    [{ mail: () => replies.discard }, 'discard', 'mail'],
    [{ rcpt: () => code }, 'reject', 'rcpt'],
    [{ rcpt: () => replies.accept }, 'accept', 'rcpt'],
    [{ data: () => replies.tempfail }, 'tempfail', 'data'],
    [{ header: () => code }, 'reject', 'header'],
    [{ eoh: () => replies.accept }, 'accept', 'eoh'],
    [{ streamBody: () => replies.reject }, 'reject', 'body'],
    [{ streamBody: () => replies.skip, message: () => replies.accept }, 'accept', 'message'],
    [{ message: () => replies.discard }, 'discard', 'message'],
  ]
  let seen = 0
  for (const [handlers, verdict, step] of cases) {
    const result = await sendMail(await realFilter(t, handlers), MAIL)
    t.match(result, { verdict, step }, `${verdict} at ${step}`)
    const kept = verdict === 'accept' ? 'Subject: s\r\nX-A: b\r\n\r\nbody\r\n' : undefined
    t.equal(result.message?.toString(), kept)
    seen += 1
  }
  t.equal(seen, cases.length)

  const shutdown = await fakeFilter(t, scripted({ E: encodePacket(0x34) }))
  t.match(await sendMail(shutdown, MAIL), { verdict: 'tempfail', reply: { kind: 'shutdown' } })
  const broken = await fakeFilter(t, scripted({ E: encodePacket(0x7a) }))
  await t.rejects(sendMail(broken, MAIL), { code: 'ERR_MILTER_PROTOCOL' })
})

function offer(version: number, actions: number, protocol: number, lists = ''): Buffer {
  const numbers = Buffer.alloc(12)
  numbers.writeUInt32BE(version, 0)
  numbers.writeUInt32BE(actions, 4)
  numbers.writeUInt32BE(protocol, 8)
  return encodePacket(0x4f, numbers, lists)
}

type Answer = (letter: string, socket: Socket) => Buffer | undefined

/** Answers with what is given for a letter, else with "continue". */
function scripted(answers: Readonly<Record<string, Buffer>>): Answer {
  return letter => {
    if (letter === 'O') return answers['O'] ?? AGREE
    return 'DAKQ'.includes(letter) ? undefined : (answers[letter] ?? encodePacket(0x63))
  }
}

/** A filter that sends what `answer` says, whatever the protocol says. */
async function fakeFilter(t: Test, answer: Answer): Promise<{ port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    let bytes = Buffer.alloc(0)
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 5 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
        const reply = answer(String.fromCharCode(bytes[4] as number), socket)
        bytes = bytes.subarray(4 + bytes.readUInt32BE(0))
        if (reply !== undefined) socket.write(reply)
      }
    })
  })
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port }
}

async function realFilter(t: Test, handlers: MilterHandlers): Promise<{ port: number }> {
  const server = createMilterServer({ handlers })
  const address = await server.listen({ port: 0 })
  t.teardown(() => server.close({ deadlineMs: 0 }))
  if (typeof address === 'string') throw new Error('no port')
  return { port: address.port }
}
