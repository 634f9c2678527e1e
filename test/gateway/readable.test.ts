import t from 'tap'
import { readableContent, type ReadableOptions } from '../../src/gateway/readable.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Finding, ReadableContent } from '../../src/policy/model.js'
import { compilePattern } from '../../src/policy/safe-pattern.js'

const read = (
  lines: readonly string[],
  findings: readonly Finding[] = [],
  options: ReadableOptions = {},
): Promise<ReadableContent> =>
  readableContent(parseMail(Buffer.from(lines.join('\r\n'))), findings, options)

const block = (
  part: string,
  start: number,
  end: number,
  verdict: Finding['verdict'] = 'encrypted',
): Finding => ({
  plugin: 'detect/test',
  system: 'pgp',
  part,
  verdict,
  why: 'test',
  ranges: [{ start, end }],
})

const contentOf = ({ pieces }: ReadableContent): unknown =>
  pieces.map(
    ({ path, place, hasContent }) =>
      `${path} ${place} ${hasContent ? 'says something' : 'is blank'}`,
  )

t.test('every leaf, preamble and epilogue is a piece', async t => {
  const found = await read([
    'Content-Type: multipart/mixed; boundary=a',
    '',
    'This is a multi-part message in MIME format.',
    '--a',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Befund',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>&nbsp;</p>',
    '--b--',
    '',
    '--a',
    'Content-Type: application/pdf; name="a.pdf"',
    'Content-Disposition: attachment',
    '',
    '%PDF',
    '--a',
    'Content-Type: text/plain; name="b.txt"',
    '',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'inner text',
    '--a--',
    'and a last word',
  ])
  t.same(contentOf(found), [
    '1 preamble is blank',
    '1 epilogue says something',
    '1.1.1 body says something',
    '1.1.2 body is blank',
    '1.2 attachment says something',
    '1.3 attachment is blank',
    '1.4.1 body says something',
  ])
  t.match(found, { form: 'mail', undecidable: [], ambiguous: [], passwordAt: undefined })
  t.equal(found.pieces.find(({ path }) => path === '1.2')?.fileName, 'a.pdf')
})

t.test('ranges of protected blocks are not readable, those of others are', async t => {
  const text = ['Content-Type: text/plain', '', 'XXXXXXXXXX', 'YYYYYYYYYY']
  t.same(contentOf(await read(text, [block('1', 0, 22)])), ['1 body is blank'])
  t.same(contentOf(await read(text, [block('1', 12, 22), block('1', 0, 10, 'weak')])), [
    '1 body is blank',
  ])
  t.same(contentOf(await read(text, [block('1', 0, 10)])), ['1 body says something'])
  t.same(contentOf(await read(text, [block('1', 0, 22, 'not-encrypted')])), [
    '1 body says something',
  ])
  t.same(contentOf(await read(text, [block('1.1', 0, 22)])), ['1 body says something'])
  const html = ['Content-Type: text/html', '', '<p>XXXXXXXX</p>']
  t.same(contentOf(await read(html, [block('1', 3, 11)])), ['1 body is blank'])
})

t.test(
  'a file that is protected from end to end gives nothing away, one byte less does',
  async t => {
    const file = `Content-Type: application/octet-stream\r\n\r\nDas Passwort lautet: geheim12`
    const mail = parseMail(Buffer.from(file))
    const seen = async (end: number): Promise<unknown> => {
      const finding = {
        plugin: 'p',
        system: 'postseal',
        part: '1',
        verdict: 'encrypted',
        why: '',
      } as const
      const { pieces, passwordAt } = await readableContent(mail, [
        { ...finding, ranges: [{ start: 0, end }] },
      ])
      return [pieces[0]?.hasContent, passwordAt]
    }
    t.same(await seen(29), [false, undefined])
    t.same(await seen(28), [true, '1'])
  },
)

t.test('a long text says something in any case, a long block does not', async t => {
  const long = ['Content-Type: text/plain', '', ' '.repeat(2000)]
  t.same(contentOf(await read(long, [], { maxTextBytes: 1000 })), ['1 body says something'])
  const blocks = ['Content-Type: text/plain', '', 'X'.repeat(300_000)]
  t.same(contentOf(await read(blocks, [block('1', 0, 300_000)], { maxTextBytes: 1000 })), [
    '1 body is blank',
  ])
  t.same(contentOf(await read(blocks, [block('1', 0, 200_000)], { maxTextBytes: 1000 })), [
    '1 body says something',
  ])
})

t.test('allowed boilerplate says nothing', async t => {
  const boilerplate = [compilePattern('Sent by Example Ltd\\.')]
  const text = ['Content-Type: text/plain', '', 'Sent by', 'Example Ltd.']
  t.same(contentOf(await read(text, [], { boilerplate })), ['1 body is blank'])
  t.same(contentOf(await read(text)), ['1 body says something'])
})

t.test('a password is found where it stands', async t => {
  const body = ['Content-Type: text/plain', '', 'Das Passwort lautet: geheim']
  const readGuarded = (lines: readonly string[]): Promise<ReadableContent> =>
    read(lines, [block('1.9', 0, 1)])
  t.equal((await readGuarded(body)).passwordAt, '1')
  t.equal((await read(body)).passwordAt, undefined, 'nothing to open')
  t.equal((await readGuarded(['Subject: Passwort: geheim', ...body])).passwordAt, 'subject')
  t.equal(
    (await readGuarded(['Subject: =?utf-8?B?UGFzc3dvcnQ6IGdlaGVpbQ==?=', '', ''])).passwordAt,
    'subject',
  )
  const html = ['Content-Type: text/html', '', '<a href="https://x.example/?password=abcd">x</a>']
  t.equal((await readGuarded(html)).passwordAt, '1')
  const file = ['Content-Type: application/x', '', 'the password is: geheim12']
  t.equal((await readGuarded(file)).passwordAt, '1', 'a text under another name')
  const name = ['Content-Type: application/pdf; name="Passwort: geheim.pdf"', '', '']
  t.equal((await readGuarded(name)).passwordAt, '1', 'the name of a file')
  t.equal((await readGuarded(['Comments: Passwort: geheim', ...body])).passwordAt, 'comments')
  const preamble = [
    'Content-Type: multipart/mixed; boundary=a',
    '',
    'Passwort: geheim',
    '--a',
    '',
    'x',
    '--a--',
  ]
  t.equal((await readGuarded(preamble)).passwordAt, '1')
})

t.test('what nobody can look into is named', async t => {
  t.match((await read(['Content-Type: message/partial; id=1', '', 'x'])).undecidable, [
    { why: /fragment/ },
  ])
})

t.test('headers that can be read in two ways are named, with what they may hide', async t => {
  const twice = (type: string, body: readonly string[]): Promise<ReadableContent> =>
    read([`Content-Type: ${type}`, 'Content-Type: text/plain', '', ...body])
  const cases: [string, string, readonly string[], boolean][] = [
    ['text', 'text/html', ['Befund mit Umläut'], false],
    ['a file of text', 'application/pkcs7-mime', ['Befund'], false],
    ['a binary file', 'application/pkcs7-mime', ['\u0001\u0002\u0003'], true],
    ['armour', 'text/html', ['-----BEGIN PGP MESSAGE-----'], true],
    ['base64', 'text/html', Array.from({ length: 6 }, () => 'A'.repeat(64)), true],
  ]
  for (const [name, type, body, mayHideProtection] of cases)
    t.match(
      (await twice(type, body)).ambiguous,
      [{ path: '1', why: /Content-Type/, mayHideProtection }],
      name,
    )
  t.ok(cases.length > 0)
})

t.test('parts that were opened are pieces of another message', async t => {
  const message = [
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    '',
    'Befund',
    '--a',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    '',
    'Zm9v',
    '--a--',
  ]
  t.match(await read(message), { undecidable: [{ path: '1.2' }] })
  const found = await read(message, [], { opened: new Set(['1.2']) })
  t.same(contentOf(found), ['1.1 body says something'])
  t.same(found.undecidable, [])
})

t.test('damage that hides nothing is no doubt', async t => {
  const found = await read([
    'Content-Type: multipart/mixed; boundary=a',
    '',
    '--a',
    'Content-Type: application/pkcs7-mime',
    'Content-Transfer-Encoding: base64',
    '',
    'AAAA***BBBB',
  ])
  t.same(found.ambiguous, [])
  t.same(found.undecidable, [])
})

t.test('an image inside a related group belongs to the body', async t => {
  const found = await read([
    'Content-Type: multipart/related; boundary=a',
    '',
    '--a',
    'Content-Type: image/png; name=a.png',
    '',
    'x',
    '--a--',
  ])
  t.same(contentOf(found), ['1.1 body says something'])
  const encrypted = await read([
    'Content-Type: multipart/encrypted; boundary=a',
    '',
    '--a',
    'Content-Type: application/octet-stream; name=a.asc',
    '',
    'x',
    '--a--',
  ])
  t.same(contentOf(encrypted), ['1.1 body says something'])
})

t.test('a text in another script between base64 is a doubt, other garbage is none', async t => {
  const cases: [string, string, number][] = [
    ['punctuation', 'QUJD !\r\nREVG', 0],
    ['Cyrillic', 'QUJD\r\nдиагноз\r\nREVG', 1],
  ]
  for (const [name, body, want] of cases) {
    const head = ['Content-Type: application/pkcs7-mime', 'Content-Transfer-Encoding: base64', '']
    t.equal((await read([...head, body])).ambiguous.length, want, name)
  }
})
