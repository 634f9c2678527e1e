import fc from 'fast-check'
import t from 'tap'
import { parseResponse } from '../../src/milter/client-response.js'
import { MilterError } from '../../src/milter/milter-error.js'
import { type Modification, encodeModification } from '../../src/milter/modification.js'
import { type Reply, encodeReply, replies, replyCode } from '../../src/milter/reply.js'

const MODIFICATIONS: Modification[] = [
  { kind: 'add-header', name: 'X-A', value: ' gr\xfc\xdf\n\tfolded' },
  { kind: 'insert-header', index: 0, name: 'X-A', value: '' },
  { kind: 'change-header', index: 3, name: 'X-A', value: ' b' },
  { kind: 'replace-body', chunk: Buffer.from('a\0b\r\n') },
  { kind: 'replace-body', chunk: Buffer.alloc(0) },
  { kind: 'change-sender', address: '<a@sender.test>', parameters: '' },
  { kind: 'change-sender', address: '<a@sender.test>', parameters: 'RET=HDRS ENVID=x' },
  { kind: 'add-recipient', address: '<x@rcpt.test>', parameters: '' },
  { kind: 'add-recipient', address: '<x@rcpt.test>', parameters: 'NOTIFY=NEVER' },
  { kind: 'remove-recipient', address: '<x@rcpt.test>' },
  { kind: 'quarantine', reason: 'why' },
]

const REPLIES: Reply[] = [
  replies.continue,
  replies.accept,
  replies.discard,
  replies.tempfail,
  replies.reject,
  replies.skip,
  replyCode(550, '5.7.1', 'no'),
  replyCode(451, '4.7.1', ['100% later', '', '%s %%']),
]

await t.test('what the server side writes is read back', async t => {
  let seen = 0
  for (const modification of MODIFICATIONS) {
    t.same(parse(encodeModification(modification)), { kind: 'modification', modification })
    seen += 1
  }
  for (const reply of REPLIES) {
    t.same(parse(encodeReply(reply)), { kind: 'reply', reply })
    seen += 1
  }
  t.same(parse(packet('p')), { kind: 'progress' })
  t.same(parse(packet('4')), { kind: 'reply', reply: { kind: 'shutdown' } })
  t.equal(seen, 19)
})

const BAD: [name: string, packet: Buffer][] = [
  ['an unknown response', packet('z')],
  ['CONN_FAIL, which Postfix does not take', packet('f')],
  ['a byte after CONTINUE', packet('c', 'x')],
  ['a byte after PROGRESS', packet('p', '\0')],
  ['ADDHEADER without its second NUL', packet('h', 'X-A\0v')],
  ['ADDHEADER with one string', packet('h', 'X-A\0')],
  ['ADDHEADER with three strings', packet('h', 'X-A\0v\0w\0')],
  ['ADDHEADER of nothing', packet('h')],
  ['INSHEADER without a whole index', packet('i', '\0\0\0')],
  ['INSHEADER with an index alone', packet('i', '\0\0\0\x01')],
  ['CHGHEADER with one string', packet('m', '\0\0\0\x01X-A\0')],
  ['ADDRCPT with two strings', packet('+', 'a\0b\0')],
  ['ADDRCPT_PAR with three strings', packet('2', 'a\0b\0c\0')],
  ['DELRCPT without its NUL', packet('-', 'a')],
  ['QUARANTINE of nothing', packet('q')],
  ['REPLYCODE without its NUL', packet('y', '550 5.7.1 no')],
  ['REPLYCODE of 2xx', packet('y', '250 2.0.0 ok\0')],
  ['REPLYCODE too short', packet('y', '55\0')],
  ['REPLYCODE whose codes differ in class', packet('y', '550 4.7.1 no\0')],
  ['REPLYCODE with two codes', packet('y', '550-5.7.1 no\r\n551 5.7.1 no\0')],
  ['REPLYCODE whose last line goes on', packet('y', '550-5.7.1 no\0')],
  ['REPLYCODE whose first line does not go on', packet('y', '550 5.7.1 no\r\n550 5.7.1 no\0')],
  ['REPLYCODE with LF alone', packet('y', '550-5.7.1 no\n550 5.7.1 no\0')],
  ['REPLYCODE with a line end at its end', packet('y', '550 5.7.1 no\r\n\0')],
]

await t.test('what Postfix would not take is refused', async t => {
  let seen = 0
  for (const [name, bytes] of BAD) {
    t.throws(() => parse(bytes), { code: 'ERR_MILTER_PROTOCOL' }, name)
    seen += 1
  }
  t.equal(seen, BAD.length)
})

await t.test('a single percent sign vanishes, an enhanced code may be missing', async t => {
  const reply = (code: number, enhanced: string, lines: string[]) => ({
    kind: 'reply',
    reply: { kind: 'code', code, enhanced, lines },
  })
  t.same(parse(packet('y', '550 5.7.1 100% a%%b\0')), reply(550, '5.7.1', ['100 a%b']))
  t.same(parse(packet('y', '421 go away\0')), reply(421, '', ['go away']))
  t.same(parse(packet('y', '421 4.7.0\0')), reply(421, '4.7.0', ['']))
})

await t.test('a response cut at any byte is refused or is another whole one', async t => {
  let seen = 0
  for (const bytes of [...MODIFICATIONS.map(encodeModification), ...REPLIES.map(encodeReply)]) {
    for (let end = 5; end < bytes.length; end++) {
      isRefusedOrRead(bytes.subarray(0, end))
      seen += 1
    }
  }
  t.ok(seen > 100, `${seen} cuts`)
})

await t.test('no bytes of a filter do worse than a MilterError', async t => {
  const letters = fc.constantFrom(...'acdfhimbe+2-pqrsty4O'.split(''))
  fc.assert(
    fc.property(letters, fc.uint8Array({ maxLength: 60 }), (letter, data) =>
      isRefusedOrRead(Buffer.concat([packet(letter), data])),
    ),
  )
  t.pass('as the property says')
})

function isRefusedOrRead(bytes: Buffer): boolean {
  try {
    return ['reply', 'modification', 'progress'].includes(parse(bytes).kind)
  } catch (error) {
    if (error instanceof MilterError && error.code === 'ERR_MILTER_PROTOCOL') return true
    throw error
  }
}

function parse(bytes: Buffer): ReturnType<typeof parseResponse> {
  return parseResponse({ command: bytes[4] as number, data: bytes.subarray(5) })
}

/** A packet; its length is not looked at here. */
function packet(letter: string, data = ''): Buffer {
  return Buffer.from(`\0\0\0\0${letter}${data}`, 'latin1')
}
