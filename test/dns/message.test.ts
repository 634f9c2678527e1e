import { AUTHENTIC_DATA, CHECKING_DISABLED, decode, encode } from 'dns-packet'
import fc from 'fast-check'
import t from 'tap'
import { encodeQuestion, plainName, readReply } from '../../src/dns/message.js'
import type { Question } from '../../src/dns/model.js'

const MX: Question = { name: 'b.test', type: 'MX' }

function replyTo({ name, type }: Question, id = 7): Buffer {
  return encode({
    type: 'response',
    id,
    flags: AUTHENTIC_DATA,
    questions: [{ name, type }],
    answers: [
      { name, type: 'MX', ttl: 60, data: { preference: 10, exchange: 'MX.b.test' } },
      { name, type: 'NS', ttl: 60, data: 'ns.b.test' },
    ],
    authorities: [{ name, type: 'TXT', ttl: 60, data: ['v=', 'x'] }],
  })
}

await t.test('a question asks for recursion, for the AD bit and for signatures', async t => {
  const packet = decode(encodeQuestion(MX, 7))
  t.equal(packet.id, 7)
  t.same([packet.flag_rd, packet.flag_ad, packet.flag_cd], [true, true, false])
  const [option] = packet.additionals ?? []
  t.match(option, { type: 'OPT', flag_do: true, udpPayloadSize: 1232 })
  const unchecked = decode(encodeQuestion({ ...MX, checkingDisabled: true }, 7))
  t.equal((unchecked.flags ?? 0) & CHECKING_DISABLED, CHECKING_DISABLED)
  t.equal(decode(encodeQuestion({ name: '', type: 'SOA' }, 1)).questions?.[0]?.name, '.')
})

await t.test('a reply gives code, bits and the records that are known', async t => {
  t.same(readReply(replyTo(MX), MX, 7), {
    code: 'NOERROR',
    authentic: true,
    truncated: false,
    answers: [
      { name: 'b.test', ttlSeconds: 60, type: 'MX', preference: 10, exchange: 'mx.b.test' },
    ],
    authorities: [{ name: 'b.test', ttlSeconds: 60, type: 'TXT', text: 'v=x' }],
  })
})

await t.test('what answers something else is no reply', async t => {
  const bytes = replyTo(MX)
  t.equal(readReply(bytes, MX, 8), undefined, 'another id')
  t.equal(readReply(bytes, { name: 'c.test', type: 'MX' }, 7), undefined, 'another name')
  t.equal(readReply(bytes, { name: 'b.test', type: 'A' }, 7), undefined, 'another type')
  t.equal(readReply(encodeQuestion(MX, 7), MX, 7), undefined, 'a question')
  const many = Buffer.from(bytes)
  many.writeUInt16BE(0xffff, 6)
  t.equal(readReply(many, MX, 7), undefined, 'more records than there can be')
})

await t.test('a reply that breaks off anywhere is none, and nothing is thrown', async t => {
  const bytes = replyTo(MX)
  let seen = 0
  for (let length = 0; length < bytes.length; length++) {
    if (readReply(bytes.subarray(0, length), MX, 7) !== undefined) t.fail(`${length} bytes`)
    seen += 1
  }
  t.equal(seen, bytes.length)
})

await t.test('no bytes make the reader throw', async t => {
  const whole = replyTo(MX)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
      changes => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        const reply = readReply(bytes, MX, bytes.readUInt16BE(0))
        return reply === undefined || reply.answers.length <= 1000
      },
    ),
    { numRuns: 500 },
  )
  t.pass('500 changed replies')
})

await t.test('a name is compared in lower case, without its last dot', async t => {
  t.same(['MX.Example.', 'a', '.'].map(plainName), ['mx.example', 'a', ''])
})
