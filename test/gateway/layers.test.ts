import t from 'tap'
import { layersOf, pathIn, type Layer } from '../../src/gateway/layers.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { noise } from '../support/container-bytes.js'
import { mailOf, multipartOf } from '../support/detect-tools.js'
import { TNEF_ID, tnefFile, tnefOf } from '../support/tnef-bytes.js'

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'
const TEXT = mailOf(Buffer.from('Befund'), 'Content-Type: text/plain')
const WINMAIL = tnefOf([
  [1, TNEF_ID.body, Buffer.from('Siehe Anhang')],
  ...tnefFile('befund "a".pdf', noise(64)),
])

const layers = (message: Buffer): Promise<readonly Layer[]> =>
  layersOf(
    parseMail(message),
    { host: { detect: async () => [] }, limits: {} },
    new AbortController().signal,
  )

t.test('a message without containers is one layer', async t => {
  t.match(await layers(TEXT), [{ at: '1', doubts: [] }])
})

t.test('TNEF is opened, whatever it is called', async t => {
  for (const header of [
    BINARY,
    'Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary',
  ]) {
    const found = await layers(multipartOf('multipart/mixed', TEXT, mailOf(WINMAIL, header)))
    t.equal(found.length, 2)
    const [outer, inner] = found
    t.same([...(outer?.opened ?? [])], ['1.2'])
    t.equal(inner?.at, '1.2')
    const parts = [...(inner?.mail.leaves() ?? [])]
    t.same(
      parts.map(({ type, fileName }) => [type, fileName]),
      [
        ['text/plain', undefined],
        ['application/octet-stream', 'befund "a".pdf'],
      ],
    )
    const [, file] = parts
    t.same(file && (await inner?.mail.head(file, 100)), noise(64))
  }
})

t.test('a boundary inside a file is no boundary', async t => {
  const file = Buffer.from('x\r\n--=_part-of-tnef-0\r\n\r\nhidden\r\n--=_part-of-tnef-0--\r\n')
  const [, inner] = await layers(mailOf(tnefOf(tnefFile('a', file)), BINARY))
  t.equal([...(inner?.mail.leaves() ?? [])].length, 1)
})

t.test('what cannot be opened is a doubt', async t => {
  const why = /TNEF container/
  const cases: [string, Buffer, object][] = [
    [
      'noise behind the magic bytes',
      mailOf(Buffer.concat([WINMAIL.subarray(0, 6), noise(99)]), BINARY),
      { path: '1', why },
    ],
    ['a claim', mailOf(Buffer.from('x'), 'Content-Type: application/ms-tnef'), { path: '1', why }],
  ]
  for (const [name, message, doubt] of cases)
    t.match(await layers(message), [{ doubts: [doubt] }], name)
})

t.test('an attached message that was encoded is opened', async t => {
  const header = 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64'
  const found = await layers(mailOf(Buffer.from(TEXT.toString('base64')), header))
  t.match(found, [{ at: '1' }, { at: '1', mail: { root: { type: 'text/plain' } } }])
})

t.test('containers without end are given up', async t => {
  let stream = WINMAIL
  for (let depth = 0; depth < 8; depth += 1) stream = tnefOf(tnefFile('a', stream))
  const found = await layers(mailOf(stream, BINARY))
  t.equal(found.length, 5)
  t.match(found.at(-1)?.doubts, [{ why: /too deep/ }])
  const many = Array.from({ length: 300 }, () => mailOf(WINMAIL, BINARY))
  const wide = await layers(multipartOf('multipart/mixed', ...many))
  t.ok(wide.length <= 100)
  t.ok((wide[0]?.doubts.length ?? 0) > 0)
})

t.test('paths in the whole message', async t => {
  t.equal(pathIn('1', '1.2'), '1.2')
  t.equal(pathIn('1.3', '1'), '1.3')
  t.equal(pathIn('1.3', '1.2.1'), '1.3.2.1')
})
