import t from 'tap'
import type { MilterHandlers, Transaction } from '../../src/milter/handlers.js'
import { replies, replyCode } from '../../src/milter/reply.js'
import { POSTFIX_MESSAGE, Peer, optneg, packet } from '../support/milter-peer.js'

const MESSAGE = Buffer.concat([...POSTFIX_MESSAGE])
const pass = () => replies.continue

/** All that a handler can see of a message, as data. */
function seen(tx: Transaction): unknown {
  return {
    host: tx.session.connection?.host,
    port: tx.session.connection?.port,
    helo: tx.session.helo,
    queueId: tx.queueId,
    daemon: tx.macros.get('{daemon_name}'),
    sender: tx.sender.raw,
    size: tx.sender.parameters.get('SIZE'),
    recipients: tx.recipients.map(recipient => recipient.address),
    headers: tx.headers.map(({ name, value }) => `${name}:${value}`),
    body: tx.body.peek()?.toString(),
  }
}

const WANTED = {
  host: '[127.0.0.1]',
  port: 12345,
  helo: 'client.test',
  queueId: '4jXq1',
  daemon: 'pf.test',
  sender: '<a@ex.test>',
  size: '100',
  recipients: ['b@sink.test', 'c@sink.test'],
  headers: ['From: a@ex.test', 'Subject: one\n\ttwo', 'X-Empty:'],
  body: 'line one\r\nline two\r\n',
}

function collector(): { handlers: MilterHandlers; messages: unknown[] } {
  const messages: unknown[] = []
  return {
    messages,
    handlers: {
      message(tx) {
        messages.push(seen(tx))
        return replies.continue
      },
    },
  }
}

void t.test('a message is collected and answered once, with one write', async t => {
  const { handlers, messages } = collector()
  const peer = new Peer(handlers)
  peer.say(optneg())
  t.equal(peer.heard().length, 1)
  peer.socket.writes = 0
  peer.say(MESSAGE)
  t.same(messages, [WANTED])
  t.same(peer.heard(), ['c'])
  t.equal(peer.socket.writes, 1)
  peer.say(packet('A'), packet('A'), packet('Q'))
  t.same(peer.heard(), [])
  t.ok(peer.isClosed)
  t.ok(peer.socket.isEnded)
  t.same(peer.kinds(), [])
})

/** Good conversations; each is cut and split at every byte. */
const TRANSCRIPTS: readonly (readonly [string, readonly Buffer[], readonly string[]])[] = [
  ['one message', [MESSAGE], ['c']],
  [
    'two messages, an abort between',
    [MESSAGE, packet('A'), MESSAGE.subarray(MESSAGE.indexOf('DM') - 4)],
    ['c', 'c'],
  ],
  [
    'the last piece of body in the end of message',
    [...POSTFIX_MESSAGE.slice(0, -1), packet('Eline three\r\n')],
    ['c'],
  ],
  ['two sessions on one socket', [MESSAGE, packet('K'), MESSAGE, packet('Q')], ['c', 'c']],
]

for (const [name, packets, want] of TRANSCRIPTS) {
  const bytes = Buffer.concat([optneg(), ...packets])

  void t.test(`${name}: split at every byte, it is the same conversation`, async t => {
    const whole = collector()
    const peer = new Peer(whole.handlers)
    peer.say(bytes)
    t.same(peer.heard().slice(1), want)
    let splits = 0
    let different = 0
    for (let at = 1; at < bytes.length; at += 1) {
      const { handlers, messages } = collector()
      const peer = new Peer(handlers)
      peer.say(bytes.subarray(0, at)).say(bytes.subarray(at))
      const isSame =
        JSON.stringify(messages) === JSON.stringify(whole.messages) &&
        peer.heard().slice(1).join() === want.join() &&
        peer.events.length === 0
      if (!isSame) different += 1
      splits += 1
    }
    t.equal(different, 0)
    t.ok(splits > 300, `${splits} splits`)
  })

  void t.test(`${name}: byte by byte, it is the same conversation`, async t => {
    const { handlers, messages } = collector()
    const peer = new Peer(handlers)
    for (const byte of bytes) peer.say(Buffer.from([byte]))
    t.ok(messages.length > 0)
    t.same(peer.heard().slice(1), want)
  })

  void t.test(
    `${name}: cut at every byte, nothing is answered too early and all is freed`,
    async t => {
      let cuts = 0
      let wrong = 0
      for (let at = 0; at < bytes.length; at += 1) {
        let open = 0
        const { handlers, messages } = collector()
        const peer = new Peer({
          ...handlers,
          mail() {
            open += 1
            return replies.continue
          },
          message(tx, signal) {
            open -= 1
            return handlers.message?.(tx, signal) ?? replies.tempfail
          },
          abort() {
            open -= 1
          },
        })
        peer.say(bytes.subarray(0, at))
        peer.socket.emit('end')
        peer.socket.emit('close')
        const answers = peer.heard().filter(text => text === 'c').length
        const isRight =
          open === 0 &&
          peer.isClosed &&
          messages.length <= want.length &&
          answers <= want.length * 2 &&
          peer.context.budget.used === 0 &&
          peer.clock.isIdle
        if (!isRight) wrong += 1
        cuts += 1
      }
      t.equal(wrong, 0)
      t.ok(cuts > 300, `${cuts} cuts`)
    },
  )
}

const BROKEN: readonly (readonly [string, readonly Buffer[]])[] = [
  ['an unknown command', [optneg(), packet('?')]],
  ['a command before OPTNEG', [packet('Hx|')]],
  ['macros before OPTNEG', [packet('DC')]],
  ['a short OPTNEG', [packet('O12345678901')]],
  ['version 1', [optneg(1)]],
  ['OPTNEG inside a message', [optneg(), packet('M<a>|'), optneg()]],
  ['a length of 0', [Buffer.alloc(5)]],
  ['a length of 2^32-1', [Buffer.from('ffffffff42', 'hex')]],
  ['CONNECT without address', [optneg(), packet('Ch|4')]],
  ['HELO without NUL', [optneg(), packet('Hx')]],
  ['MAIL without NUL', [optneg(), packet('M<a>')]],
  ['RCPT without NUL', [optneg(), packet('M<a>|'), packet('R<a>')]],
  ['HEADER with one NUL', [optneg(), packet('M<a>|'), packet('LX|')]],
  ['UNKNOWN without NUL', [optneg(), packet('Ux')]],
]
for (const [name, packets] of BROKEN) {
  void t.test(`${name}: the connection is dropped and logged, the message is given up`, async t => {
    let aborted = 0
    const peer = new Peer({ message: pass, abort: () => void (aborted += 1) })
    peer.say(...packets)
    t.ok(peer.socket.isDestroyed)
    t.ok(peer.isClosed)
    t.same(peer.kinds(), ['protocol-error'])
    t.equal(aborted, packets.some(bytes => bytes.includes('M<a>\0')) ? 1 : 0)
    t.equal(peer.context.counters.protocolErrors, 1)
  })
}

for (const letter of ['R<a>|', 'T', 'LX| v|', 'N', 'Bx', 'E', 'Ch|U']) {
  void t.test(`${letter[0]} where it has no meaning is left out, as libmilter does`, async t => {
    const { handlers, messages } = collector()
    const peer = new Peer(handlers)
    peer.say(optneg(), packet('Ch|U'), packet(letter)).heard()
    t.same(peer.kinds(), ['out-of-order'])
    peer.say(MESSAGE.subarray(MESSAGE.indexOf('DM') - 4))
    t.same(peer.heard(), ['c'])
    t.equal(messages.length, 1)
  })
}

void t.test('an MTA that knows no silent steps gets an answer to each', async t => {
  const { handlers, messages } = collector()
  const peer = new Peer(handlers)
  peer.say(optneg(2, 0x1f, 0x7f)).heard()
  let seen = 0
  for (const bytes of POSTFIX_MESSAGE) {
    const letter = String.fromCharCode(bytes[4] as number)
    peer.say(bytes)
    t.same(peer.heard(), letter === 'D' ? [] : ['c'], letter)
    seen += 1
  }
  t.equal(seen, POSTFIX_MESSAGE.length)
  t.equal(messages.length, 1)
})

void t.test('on TCP the step DATA is answered, and nothing else before the end', async t => {
  const peer = new Peer({ message: pass }, { transport: 'tcp' })
  peer.say(optneg()).heard()
  let answered = ''
  for (const bytes of POSTFIX_MESSAGE) {
    peer.say(bytes)
    if (peer.heard().length > 0) answered += String.fromCharCode(bytes[4] as number)
  }
  t.equal(answered, 'TE')
})

void t.test('the session keeps greeting, TLS and address over its messages', async t => {
  const tls: unknown[] = []
  const peer = new Peer({
    message(tx) {
      tls.push([tx.session.tls, tx.session.helo, tx.macros.get('auth_authen')])
      return replies.continue
    },
  })
  const envelope = [packet('M<a>|'), packet('R<b>|'), packet('E')]
  peer.say(optneg(), packet('Ch|U'), packet('DH'), packet('Hone|'))
  peer.say(packet('DM{auth_authen}|zoe|'), ...envelope)
  peer.say(packet('A'), packet('DH{tls_version}|TLSv1.3|{cipher}|X|'), packet('Htwo|'))
  peer.say(...envelope)
  const info = { version: 'TLSv1.3', cipher: 'X', bits: '', certSubject: '', certIssuer: '' }
  t.same(tls, [
    [undefined, 'one', 'zoe'],
    [info, 'two', undefined],
  ])
})

void t.test(
  'a new message without ABORT gives up the old one, and keeps its own macros',
  async t => {
    const aborted: unknown[] = []
    const { handlers, messages } = collector()
    const peer = new Peer({ ...handlers, abort: tx => void aborted.push(tx.sender.address) })
    peer.say(optneg(), packet('Ch|U'), packet('M<old>|'), packet('Ri|OLD|'))
    peer.say(packet('DMi|NEW|'), packet('M<new>|'), packet('R<r>|'), packet('E'))
    t.same(aborted, ['old'])
    t.match(messages, [{ sender: '<new>', queueId: 'NEW', recipients: ['r'] }])
    peer.say(packet('M<third>|'), packet('Hx|'))
    t.same(aborted, ['old', 'third'])
  },
)

void t.test(
  'an unknown SMTP command goes to its handler, inside a message and outside',
  async t => {
    const lines: string[] = []
    const peer = new Peer({
      unknown(_session, line) {
        lines.push(line)
        return replyCode(502, '5.5.2', 'no')
      },
      message: pass,
    })
    peer.say(optneg(), packet('UFOO|'), packet('M<a>|'), packet('UBAR baz|'), packet('E'))
    t.same(lines, ['FOO', 'BAR baz'])
    t.same(peer.heard().slice(1), ['y502 5.5.2 no|', 'y502 5.5.2 no|', 'c'])
  },
)

void t.test('close is called once for each SMTP session', async t => {
  for (const end of [[packet('Q')], [packet('K'), packet('Q')], []]) {
    let closed = 0
    const peer = new Peer({ message: pass, close: () => void (closed += 1) })
    peer.say(optneg(), packet('Ch|U'), ...end)
    peer.socket.emit('close')
    t.equal(closed, end.length === 2 ? 2 : 1)
  }
  const silent = new Peer({ message: pass, close: () => t.fail('nothing was negotiated') })
  silent.socket.emit('close')
  t.ok(silent.isClosed)
})

const THROWING: readonly (readonly [string, MilterHandlers, string])[] = [
  [
    'close',
    {
      close: () => {
        throw new Error('x')
      },
    },
    'handler close threw',
  ],
  [
    'abort',
    {
      message: pass,
      abort: () => {
        throw new Error('x')
      },
    },
    'handler abort threw',
  ],
]
for (const [name, handlers, reason] of THROWING) {
  void t.test(`a handler ${name} that throws is logged, and nothing else happens`, async t => {
    const peer = new Peer(handlers)
    peer.say(optneg(), packet('M<a>|'), packet('A'), packet('Q'))
    t.match(peer.events, [{ kind: 'handler-failed', level: 'error', reason, error: Error }])
    t.ok(peer.socket.isEnded)
  })
}

void t.test('a refusal at rcpt is for that recipient alone', async t => {
  const lists: unknown[] = []
  const peer = new Peer({
    rcpt: (_session, tx, recipient) => {
      lists.push(tx.recipients.map(known => known.address))
      return recipient.address === 'bad' ? replies.reject : replies.continue
    },
    message(tx) {
      lists.push(tx.recipients.map(known => known.address))
      return replies.continue
    },
  })
  peer.say(optneg(), packet('M<a>|')).heard()
  peer.say(packet('R<one>|')).say(packet('R<bad>|')).say(packet('R<two>|')).say(packet('E'))
  t.same(peer.heard(), ['c', 'r', 'c', 'c'])
  t.same(lists, [[], ['one'], ['one'], ['one', 'two']])
})

void t.test('a recipient the MTA has rejected is shown as such when asked for', async t => {
  const lists: unknown[] = []
  const peer = new Peer({
    needs: { rejectedRecipients: true },
    message(tx) {
      lists.push(tx.recipients.map(({ address, rejected }) => [address, rejected]))
      return replies.continue
    },
  })
  peer.say(optneg(), packet('M<a>|'), packet('DR{rcpt_mailer}|error|'), packet('R<bad>|'))
  peer.say(packet('DR{rcpt_mailer}|smtp|'), packet('R<good>|'), packet('E'))
  t.same(lists, [
    [
      ['bad', true],
      ['good', false],
    ],
  ])
})

void t.test('what handlers get is frozen', async t => {
  let frozen: readonly boolean[] = []
  const peer = new Peer({
    message(tx) {
      const things = [tx, tx.session, tx.sender, tx.recipients, tx.recipients[0], tx.headers]
      frozen = [...things, tx.headers[0], tx.body, tx.edits, tx.macros].map(Object.isFrozen)
      return replies.continue
    },
  })
  peer.say(optneg(), MESSAGE)
  t.same(
    frozen,
    Array.from({ length: 10 }, () => true),
  )
})
