import t from 'tap'
import { judgeCms } from '../../src/container/cms.js'
import {
  chunksOf,
  der,
  enveloped,
  hex,
  indefinite,
  noise,
  type EnvelopedParts,
} from '../support/container-bytes.js'

const judge = (parts: EnvelopedParts) =>
  judgeCms(chunksOf(enveloped(parts), 7), () => {
    throw new Error('nothing is wrapped')
  })

const AUTH = '2a864886f70d0109100117'
const ENCRYPTED = '2a864886f70d010706'
const GCM = '60864801650304012e'
const DES3 = '2a864886f70d0307'

t.test(
  'encrypted content is judged by who can open it, by what, and whether it can be',
  async t => {
    const text = der(
      0x80,
      Buffer.from('Content-Type: text/plain\r\n\r\nBefund und Diagnose als Text\r\n'),
    )
    const cases: [string, EnvelopedParts, string, RegExp][] = [
      ['AES-256-CBC', {}, 'encrypted', /^EnvelopedData, AES-256-CBC for 1 recipient/],
      [
        'content in pieces',
        { content: indefinite(0xa0, der(4, noise(40)), der(4, noise(24))) },
        'encrypted',
        /AES/,
      ],
      [
        'other kinds of recipients',
        {
          recipients: [
            der(0xa1, noise(9)),
            der(0xa2, noise(9)),
            der(0xa3, noise(9)),
            der(0xa4, noise(9)),
          ],
        },
        'encrypted',
        /4 recipient/,
      ],
      ['3DES', { cipher: DES3, parameter: der(4, noise(8)) }, 'weak', /3DES/],
      [
        'RC4',
        { cipher: '2a864886f70d0304', parameter: hex('0500'), content: der(0x80, noise(3)) },
        'weak',
        /RC4/,
      ],
      ['an attribute behind it', { after: [der(0xa1, noise(5))] }, 'encrypted', /AES/],
      ['no cipher', { cipher: '2a864886f70d010701' }, 'not-encrypted', /the cipher is none/],
      [
        'a cipher that nobody knows',
        { cipher: '608648016503040163' },
        'unknown',
        /cipher is not known/,
      ],
      ['text in place of ciphertext', { content: text }, 'not-encrypted', /forged/],
      [
        'text with a weak cipher',
        { cipher: DES3, parameter: der(4, noise(8)), content: text },
        'not-encrypted',
        /forged/,
      ],
      ['nobody who can open it', { recipients: [] }, 'unknown', /names no recipient/],
      [
        'recipients that are none',
        { recipients: [der(4, noise(4)), der(0xa7, noise(4)), der(0x30)] },
        'unknown',
        /names no recipient/,
      ],
      ['no content', { content: undefined }, 'unknown', /holds no encrypted content/],
      [
        'something else in place of content',
        { content: der(0x81, noise(16)) },
        'unknown',
        /holds no encrypted content/,
      ],
      ['empty content', { content: der(0x80) }, 'unknown', /0 bytes cannot be/],
      ['half a block', { content: der(0x80, noise(40)) }, 'unknown', /40 bytes cannot be/],
      [
        'no initialisation vector',
        { parameter: hex('0500') },
        'unknown',
        /parameter of AES-256-CBC/,
      ],
      [
        'a short initialisation vector',
        { parameter: der(4, noise(8)) },
        'unknown',
        /parameter of AES-256-CBC/,
      ],
      [
        'AES-GCM with its code',
        {
          type: AUTH,
          cipher: GCM,
          parameter: der(0x30, der(4, noise(12))),
          content: der(0x80, noise(33)),
          after: [der(4, noise(16))],
        },
        'encrypted',
        /AuthEnvelopedData, AES-256-GCM/,
      ],
      [
        'AES-GCM without its code',
        { type: AUTH, cipher: GCM, parameter: der(0x30, der(4, noise(12))) },
        'unknown',
        /authentication code/,
      ],
      [
        'AES-GCM with half a code',
        { type: AUTH, cipher: GCM, parameter: der(0x30), after: [der(4, noise(4))] },
        'unknown',
        /authentication code/,
      ],
    ]
    for (const [name, parts, verdict, why] of cases)
      t.match(await judge(parts), { verdict, why }, name)
    t.ok(cases.length > 0)
  },
)

t.test('an originator before the recipients is passed over', async t => {
  const plain = enveloped()
  const originator = der(0xa0, noise(12))
  // Version, then the set of recipients: the originator stands between them.
  const at = plain.indexOf(hex('02 01 02 31')) + 3
  const body = Buffer.concat([
    plain.subarray(plain.indexOf(hex('02 01 02 31')), at),
    originator,
    plain.subarray(at),
  ])
  const whole = der(0x30, der(6, hex('2a864886f70d010703')), der(0xa0, der(0x30, body)))
  t.match(await judgeCms(chunksOf(whole), () => Promise.reject(new Error('no'))), {
    verdict: 'encrypted',
  })
})

t.test('EncryptedData has no recipients and needs none', async t => {
  const info = der(
    0x30,
    der(6, hex('2a864886f70d010701')),
    der(0x30, der(6, hex('60864801650304012a')), der(4, noise(16))),
    der(0x80, noise(32)),
  )
  const whole = der(0x30, der(6, hex(ENCRYPTED)), der(0xa0, der(0x30, der(2, hex('00')), info)))
  t.match(await judgeCms(chunksOf(whole), () => Promise.reject(new Error('no'))), {
    verdict: 'encrypted',
    why: 'EncryptedData, AES-256-CBC',
  })
})

t.test('SignedAndEnvelopedData of PKCS #7 1.5 has digests before the content', async t => {
  const plain = enveloped({ type: '2a864886f70d010704' })
  t.match(await judgeCms(chunksOf(plain), () => Promise.reject(new Error('no'))), {
    verdict: 'unknown',
    why: /tag 17 is missing/,
  })
})
