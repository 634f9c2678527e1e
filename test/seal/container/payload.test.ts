import fc from 'fast-check'
import t from 'tap'
import { joinPayload, splitPayload, type LetterView } from '../../../src/seal/container/payload.js'
import { payloadOf } from '../../support/seal-samples.js'

const FILE = {
  name: 'a.pdf',
  type: 'application/pdf',
  encoding: 'identity',
  start: 0,
  end: 4,
  cid: null,
}
const VIEW = {
  v: 1,
  subject: 'Grüße',
  from: 'Alice <alice@example.org>',
  to: 'bob@example.net',
  sender: 'alice@example.org',
  date: 1_795_996_800_000,
  text: 'Guten Tag',
  cut: false,
  html: null,
  files: [FILE],
  mail: null,
} as LetterView

async function joined(view: object, data: string): Promise<Buffer> {
  const payload = joinPayload(view as LetterView, payloadOf(data))
  const pieces: Buffer[] = []
  for await (const piece of payload.chunks()) pieces.push(piece)
  const whole = Buffer.concat(pieces)
  t.equal(whole.length, payload.size)
  return whole
}

t.test('view and data are joined and taken apart', async t => {
  const payload = await joined(VIEW, 'data')
  t.same(splitPayload(payload), { view: VIEW, data: Buffer.from('data') })
  t.equal(payload.subarray(0, 4).toString('hex'), '00000125')
})

t.test('a payload that breaks off anywhere is refused', async t => {
  const payload = await joined(VIEW, 'data')
  for (let length = 0; length < payload.length; length += 1)
    t.throws(() => splitPayload(payload.subarray(0, length)), { code: 'ERR_SEAL_MALFORMED' })
})

t.test('a view that is none is refused, whoever had the password', async t => {
  const cases: [string, object][] = [
    ['another version', { ...VIEW, v: 2 }],
    ['no subject', { ...VIEW, subject: undefined }],
    ['a subject without end', { ...VIEW, subject: 'x'.repeat(2001) }],
    ['a member more', { ...VIEW, x: 1 }],
    ['a file that ends before it begins', { ...VIEW, files: [{ ...FILE, start: 4, end: 3 }] }],
    ['a file beyond the data', { ...VIEW, files: [{ ...FILE, end: 5 }] }],
    ['a file before the data', { ...VIEW, files: [{ ...FILE, start: -1 }] }],
    ['a message beyond the data', { ...VIEW, mail: { ...FILE, end: 5 } }],
    ['a file without a name', { ...VIEW, files: [{ ...FILE, name: '' }] }],
    ['another encoding', { ...VIEW, files: [{ ...FILE, encoding: 'gzip' }] }],
    ['files without end', { ...VIEW, files: Array.from({ length: 1001 }, () => FILE) }],
    ['a list', []],
  ]
  for (const [name, view] of cases) {
    const payload = await joined(view, 'data')
    t.throws(() => splitPayload(payload), { code: 'ERR_SEAL_MALFORMED' }, name)
  }
  const broken = Buffer.concat([Buffer.of(0, 0, 0, 4), Buffer.from('22c32822', 'hex')])
  t.throws(() => splitPayload(broken), { code: 'ERR_SEAL_MALFORMED' }, 'no UTF-8')
})

t.test('hostile bytes are refused and nothing else', async t => {
  let seen = 0
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      seen += 1
      try {
        splitPayload(Buffer.from(bytes))
        return false
      } catch (thrown) {
        return (thrown as { code?: string }).code === 'ERR_SEAL_MALFORMED'
      }
    }),
    { numRuns: 300 },
  )
  t.equal(seen, 300)
})
