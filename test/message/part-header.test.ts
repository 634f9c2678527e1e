import t from 'tap'
import { parseMail } from '../../src/message/parse-mail.js'
import { readPartHeader, type PartHeader } from '../../src/message/part-header.js'

type Case = [name: string, lines: string[], want: Partial<PartHeader>, damage?: string]

const MIXED = 'Content-Type: multipart/mixed'
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

const CASES: readonly Case[] = [
  [
    'nothing',
    [],
    { type: 'text/plain', encoding: '7bit', charset: undefined, fileName: undefined },
  ],
  [
    'type and charset',
    ['Content-Type: Text/HTML; Charset="UTF-8"'],
    { type: 'text/html', charset: 'UTF-8' },
  ],
  ['an empty type', ['Content-Type:'], { type: 'text/plain' }, 'bad-content-type'],
  ['a type without a subtype', ['Content-Type: text'], { type: 'text/plain' }, 'bad-content-type'],
  [
    'a type with other characters',
    ['Content-Type: text/"plain"'],
    { type: 'text/plain' },
    'bad-content-type',
  ],
  [
    'the encoding, in any case, with a comment',
    ['Content-Transfer-Encoding: Base64 (x)'],
    { encoding: 'base64' },
  ],
  [
    'an unknown encoding',
    ['Content-Transfer-Encoding: x-own'],
    { encoding: 'x-own' },
    'unknown-encoding',
  ],
  ['an empty encoding', ['Content-Transfer-Encoding:'], { encoding: '7bit' }, 'unknown-encoding'],
  [
    'a disposition with a file name',
    ['Content-Disposition: Attachment; filename=a.pdf', 'Content-Type: a/b; name=b.pdf'],
    { disposition: 'attachment', fileName: 'a.pdf' },
  ],
  [
    'a file name in the type only',
    ['Content-Type: a/b; name=b.pdf'],
    { disposition: undefined, fileName: 'b.pdf' },
  ],
  ['an empty disposition', ['Content-Disposition:'], { disposition: undefined }],
  [
    'the first of two types',
    ['Content-Type: a/b', 'Content-Type: c/d'],
    { type: 'a/b' },
    'duplicate-content-type',
  ],
  ['two equal types', ['Content-Type: a/b', 'CONTENT-TYPE:  a/b '], { type: 'a/b' }],
  [
    'the first of two encodings',
    ['Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: 7bit'],
    { encoding: 'base64' },
    'duplicate-content-transfer-encoding',
  ],
  [
    'the first of two dispositions',
    ['Content-Disposition: inline', 'Content-Disposition: attachment'],
    { disposition: 'inline' },
    'duplicate-content-disposition',
  ],
  [
    'a parameter twice',
    ['Content-Type: a/b; name=c; name=d'],
    { fileName: 'c' },
    'duplicate-parameter',
  ],
  [
    'a broken parameter',
    ['Content-Disposition: inline; x="y'],
    { disposition: 'inline' },
    'bad-parameter',
  ],
  ['a boundary', [`${MIXED}; boundary="a b"`], { boundary: bytes('a b') }],
  [
    'a boundary in a part that is no multipart',
    ['Content-Type: a/b; boundary=c'],
    { boundary: undefined },
  ],
  [
    'a boundary with 8-bit bytes',
    [`${MIXED}; boundary="a\xfc"`],
    { boundary: bytes('a\xfc') },
    'bad-boundary',
  ],
  [
    'a boundary with a space at its end',
    [`${MIXED}; boundary="a "`],
    { boundary: bytes('a') },
    'bad-boundary',
  ],
  ['a boundary of spaces', [`${MIXED}; boundary=" "`], { boundary: undefined }, 'empty-boundary'],
  ['no boundary', [MIXED], { boundary: undefined }, 'missing-boundary'],
  [
    'a boundary that is too long',
    [`${MIXED}; boundary=${'a'.repeat(1001)}`],
    { boundary: undefined },
    'bad-boundary',
  ],
  [
    'a long boundary',
    [`${MIXED}; boundary=${'a'.repeat(71)}`],
    { boundary: bytes('a'.repeat(71)) },
    'long-boundary',
  ],
  [
    'a boundary without an end quote',
    [`${MIXED}; boundary="a`],
    { boundary: bytes('a') },
    'bad-parameter,bad-boundary',
  ],
  [
    'a boundary with an escape',
    [`${MIXED}; boundary="a\\b"`],
    { boundary: bytes('ab') },
    'bad-boundary',
  ],
  [
    'a boundary in RFC 2231 form',
    [`${MIXED}; boundary*=utf-8''a`],
    { boundary: bytes('a') },
    'bad-boundary',
  ],
  [
    'a boundary in both forms',
    [`${MIXED}; boundary=a; boundary*0=b`],
    { boundary: bytes('a') },
    'bad-boundary',
  ],
  [
    'a multipart that claims base64',
    [`${MIXED}; boundary=a`, 'Content-Transfer-Encoding: base64'],
    { boundary: bytes('a') },
    'encoded-multipart',
  ],
  ['a message', ['Content-Type: message/rfc822'], { isMessage: true }],
  [
    'a message in 8bit',
    ['Content-Type: message/global', 'Content-Transfer-Encoding: 8bit'],
    { isMessage: true },
  ],
  [
    'a message in base64',
    ['Content-Type: message/global', 'Content-Transfer-Encoding: base64'],
    { isMessage: false },
    'encoded-message',
  ],
  ['a fragment', ['Content-Type: message/partial; id=1'], { isMessage: false }, 'partial-message'],
  ['a reference', ['Content-Type: message/external-body'], { isMessage: false }, 'external-body'],
]

await t.test('what a header says about its part', t => {
  for (const [name, lines, want, damage = ''] of CASES) {
    const text = [...lines, '', ''].join('\r\n')
    const { fields } = parseMail(bytes(text)).root
    const told: string[] = []
    const header = readPartHeader(fields, 'text/plain', id => told.push(id))
    t.match(header, want, name)
    t.equal(told.join(), damage, name)
  }
  t.end()
})

await t.test('the default type is that of the container', t => {
  t.equal(readPartHeader([], 'message/rfc822', () => undefined).type, 'message/rfc822')
  t.ok(readPartHeader([], 'message/rfc822', () => undefined).isMessage)
  t.end()
})
