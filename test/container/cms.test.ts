import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { judgeCms, type InspectContent } from '../../src/container/cms.js'
import type { Judgement } from '../../src/container/judgement.js'
import {
  chunksOf,
  compressed,
  contentInfo,
  der,
  enveloped,
  hex,
  indefinite,
  noise,
  signed,
} from '../support/container-bytes.js'

const readable: InspectContent = async content => {
  for await (const chunk of content) if (chunk.length < 0) break
  return { verdict: 'not-encrypted', why: 'the content is readable' }
}
/** Takes what is wrapped for a CMS message by itself. */
const nested: InspectContent = async content =>
  (await judgeCms(content, nested)) ?? { verdict: 'not-encrypted', why: 'the content is readable' }

const judge = (bytes: Buffer, inspect = nested, size = 11): Promise<Judgement | undefined> =>
  judgeCms(chunksOf(bytes, size), inspect)

t.test('every content type', async t => {
  const content = der(4, Buffer.from('Content-Type: text/plain\r\n\r\nText'))
  const cases: [string, Buffer, object | undefined][] = [
    ['EnvelopedData', enveloped(), { verdict: 'encrypted' }],
    [
      'SignedData',
      signed(content),
      { verdict: 'not-encrypted', why: 'signed: the content is readable' },
    ],
    ['SignedData, detached', signed(), { verdict: 'not-encrypted', isEmpty: true }],
    [
      'SignedData with a bare value',
      signed(der(0x30, der(2, hex('01')))),
      { verdict: 'not-encrypted', why: /bare value/ },
    ],
    [
      'SignedData around encrypted',
      signed(der(4, enveloped())),
      { verdict: 'encrypted', why: /^signed: EnvelopedData/ },
    ],
    [
      'SignedData around weak',
      signed(der(4, enveloped({ cipher: '2a864886f70d0304' }))),
      { verdict: 'weak' },
    ],
    [
      'SignedData in pieces around encrypted',
      signed(
        indefinite(0x24, der(4, enveloped().subarray(0, 50)), der(4, enveloped().subarray(50))),
      ),
      { verdict: 'encrypted' },
    ],
    [
      'CompressedData',
      compressed(deflateSync(Buffer.from('Content-Type: text/plain'))),
      { verdict: 'not-encrypted' },
    ],
    [
      'CompressedData around encrypted',
      compressed(deflateSync(enveloped())),
      { verdict: 'encrypted', why: /^compressed: / },
    ],
    ['CompressedData that is none', compressed(noise(40)), { verdict: 'unknown' }],
    ['Data', contentInfo('2a864886f70d010701', content), { verdict: 'not-encrypted' }],
    ['DigestedData', contentInfo('2a864886f70d010705', der(0x30)), { verdict: 'not-encrypted' }],
    [
      'AuthenticatedData',
      contentInfo('2a864886f70d0109100102', der(0x30)),
      { verdict: 'not-encrypted' },
    ],
    ['a type that nobody knows', contentInfo('2a864886f70d010763', der(0x30)), undefined],
    ['a certificate', der(0x30, der(0x30, der(2, hex('01')))), undefined],
    ['an integer', der(2, hex('01')), undefined],
    ['text', Buffer.from('0123456789 is how this text begins'), undefined],
    ['noise', noise(100), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ]
  for (const [name, bytes, want] of cases) {
    const found = await judge(bytes)
    if (want === undefined) t.equal(found, undefined, name)
    else t.match(found, want, name)
  }
  t.ok(cases.length > 0)
})

t.test('CompressedData and eContent without content', async t => {
  const empty = der(0x30, der(6, hex('2a864886f70d010701')))
  const bare = der(0x30, der(2, hex('00')), der(0x30), empty)
  t.match(await judge(contentInfo('2a864886f70d0109100109', bare)), { verdict: 'not-encrypted' })
  const holder = der(0x30, der(6, hex('2a864886f70d010701')), der(0xa0))
  const body = der(0x30, der(2, hex('01')), der(0x31), holder, der(0x31))
  t.match(await judge(contentInfo('2a864886f70d010702', body)), { isEmpty: true })
})

t.test('bytes behind the end', async t => {
  const text = Buffer.from('and here is a readable text')
  t.match(await judge(Buffer.concat([enveloped(), hex('0d0a 00 20 09')])), { verdict: 'encrypted' })
  t.match(await judge(Buffer.concat([enveloped(), text])), {
    verdict: 'unknown',
    why: /further bytes/,
  })
  t.match(await judge(Buffer.concat([enveloped(), Buffer.alloc(5000)])), { verdict: 'unknown' })
  t.match(await judge(Buffer.concat([signed(), text])), {
    verdict: 'not-encrypted',
    isEmpty: false,
  })
})

t.test('an inspection that stops early loses nothing', async t => {
  const lazy: InspectContent = async content => {
    for await (const chunk of content) {
      if (chunk.length > 0) break
    }
    return { verdict: 'encrypted', why: 'seen enough' }
  }
  t.match(await judge(signed(der(4, noise(5000))), lazy), { verdict: 'encrypted' })
  t.match(await judge(signed(der(4, noise(5000))).subarray(0, 4000), lazy), { verdict: 'unknown' })
})

t.test('a message that breaks off at any byte is never encrypted', async t => {
  const samples = [enveloped(), signed(der(4, enveloped())), compressed(deflateSync(enveloped()))]
  for (const whole of samples) {
    t.match(await judge(whole), { verdict: 'encrypted' })
    for (let size = 0; size < whole.length; size += 1) {
      const verdict = (await judge(whole.subarray(0, size)))?.verdict
      if (size < 16 ? verdict !== undefined && verdict !== 'unknown' : verdict !== 'unknown')
        t.fail(`${verdict} at ${size} of ${whole.length} bytes`)
    }
  }
})

t.test('a signature that breaks off is still a signature', async t => {
  const whole = signed()
  t.match(await judge(whole.subarray(0, whole.length - 1)), {
    verdict: 'not-encrypted',
    isEmpty: true,
  })
})

t.test('hostile bytes give a judgement or nothing, and always the same in any chunks', async t => {
  const samples = [enveloped(), signed(der(4, enveloped())), compressed(deflateSync(enveloped()))]
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 }),
      fc.integer({ min: 1, max: 80 }),
      async (sample, changes, size) => {
        const bytes = Buffer.from(sample)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const found = await judge(bytes, readable, size)
        t.same(await judge(bytes, readable, 4096), found)
      },
    ),
    { numRuns: 100 },
  )
  t.pass('100 messages')
})

t.test('a source that fails is no verdict', async t => {
  async function* failing(): AsyncGenerator<Buffer, void, void> {
    yield enveloped().subarray(0, 40)
    throw new Error('disk gone')
  }
  await t.rejects(judgeCms(failing(), nested), { message: 'disk gone' })
})

t.test('25 MB are judged without being held', async t => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  let mostHeld = 0
  // Indefinite lengths all the way down, so that the head need not know the size.
  async function* large(): AsyncGenerator<Buffer, void, void> {
    yield hex('30 80 06 09 2a864886f70d010703 a0 80 30 80 02 01 02')
    yield der(0x31, der(0x30, der(2, hex('00')), der(4, noise(32))))
    yield hex('30 80 06 09 2a864886f70d010701')
    yield der(0x30, der(6, hex('60864801650304012a')), der(4, noise(16)))
    yield hex('a0 80')
    const before = process.memoryUsage().arrayBuffers
    for (let sent = 0; sent < 25; sent += 1) {
      yield hex('04 83 10 00 00')
      yield Buffer.alloc(1024 * 1024, noise(4096))
      collectGarbage()
      mostHeld = Math.max(mostHeld, process.memoryUsage().arrayBuffers - before)
    }
    yield hex('00 00 00 00 00 00 00 00 00 00')
  }
  t.match(await judgeCms(large(), nested), { verdict: 'encrypted' })
  t.ok(mostHeld < 8_000_000, `${mostHeld} bytes were held`)
})
