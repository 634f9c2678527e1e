import fc from 'fast-check'
import t from 'tap'
import { encodeBody } from 'postseal/plugin'
import { bodyParts } from '../../../plugins/rewrite/banner/body-parts.js'
import { chooseBanner, type BannerEntry } from '../../../plugins/rewrite/banner/choose-banner.js'
import { htmlBanner, placeHtml } from '../../../plugins/rewrite/banner/html-banner.js'
import plugin from '../../../plugins/rewrite/banner/index.js'
import { partEdits } from '../../../plugins/rewrite/banner/part-edits.js'
import { partHeaderEdits } from '../../../plugins/rewrite/banner/part-header.js'
import { placePlain, plainBannerLines } from '../../../plugins/rewrite/banner/plain-banner.js'
import { LANGUAGES, templateText } from '../../../plugins/rewrite/banner/templates.js'
import { asUtf8, inCharset } from '../../../plugins/rewrite/banner/text-bytes.js'
import type { Mail, Part } from '../../../src/message/mail.js'
import { decisionOf, editsOf, mailOf, rewritten, spliced } from '../../support/plugins-run.js'

const ENTRY: BannerEntry = { class: 'any', level: 'any', text: 'Note', html: '' }

await t.test('the banner', t => {
  const entries: readonly BannerEntry[] = [
    { ...ENTRY, class: 'confidential', level: 'qualified', text: '' },
    { ...ENTRY, class: 'confidential', text: 'Secret', html: '<b>Secret</b>' },
    { ...ENTRY, level: 'none', text: 'Careful' },
  ]
  const cases: [string, Parameters<typeof chooseBanner>, ReturnType<typeof chooseBanner>][] = [
    ['is none by default', [decisionOf('confidential'), [], 'none'], undefined],
    [
      'is the first that fits the class',
      [decisionOf('confidential'), entries, 'none'],
      { text: 'Secret', html: '<b>Secret</b>' },
    ],
    [
      'is the first that fits the level',
      [decisionOf('normal', { level: 'none' }), entries, 'none'],
      { text: 'Careful', html: undefined },
    ],
    [
      'is none where the entry that fits is empty',
      [decisionOf('confidential', { level: 'qualified' }), entries, 'de'],
      undefined,
    ],
    ['is none where nothing fits', [decisionOf('normal'), entries, 'none'], undefined],
    [
      'is the shipped text where nothing fits',
      [decisionOf('high'), entries, 'en'],
      { text: templateText('en', 'high'), html: undefined },
    ],
    ['is none for a normal message, shipped', [decisionOf('normal'), [], 'de'], undefined],
    [
      'is none for mail that stays inside',
      [decisionOf('confidential', { level: 'internal' }), entries, 'de'],
      undefined,
    ],
  ]
  for (const [name, args, want] of cases) t.same(chooseBanner(...args), want, name)
  const texts = new Set(
    LANGUAGES.flatMap(language => [
      templateText(language, 'high'),
      templateText(language, 'confidential'),
    ]),
  )
  t.equal(texts.size, 8, 'every language has two texts of its own')
  t.end()
})

await t.test('lines of plain text', t => {
  const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ')
  const fixed = { isFlowed: false, isDelSp: false }
  const flowed = { isFlowed: true, isDelSp: false }
  const delSp = { isFlowed: true, isDelSp: true }
  const cases: [string, string, typeof fixed, string[]][] = [
    ['stand as they are', 'a\r\n\n b \nc', fixed, ['a', '', ' b', 'c']],
    ['break where they are long', words(20), fixed, [words(15), words(5)]],
    ['break behind a space in flowed text', words(20), flowed, [`${words(15)} `, words(5)]],
    ['break behind two with DelSp', words(20), delSp, [`${words(15)}  `, words(5)]],
    ['do not break a word', `${'x'.repeat(90)} y`, fixed, ['x'.repeat(90), 'y']],
    ['may be one word', 'x'.repeat(90), fixed, ['x'.repeat(90)]],
    ['are stuffed in flowed text', ' a\n>b\nFrom c', flowed, ['  a', ' >b', ' From c']],
    ['are not stuffed in fixed text', '>b', fixed, ['>b']],
  ]
  for (const [name, text, format, want] of cases) t.same(plainBannerLines(text, format), want, name)
  t.end()
})

await t.test('the place in plain text', t => {
  const cases: [string, string, 'top' | 'bottom', unknown][] = [
    ['is the front', 'Hi\r\n', 'top', { at: 0, before: '', after: '\r\n\r\n' }],
    ['is behind the byte order mark', '\ufeffHi', 'top', { at: 3, before: '', after: '\r\n\r\n' }],
    ['is the end of the last line', 'Hi\r\n', 'bottom', { at: 4, before: '\r\n', after: '\r\n' }],
    ['is the end of an open line', 'Hi', 'bottom', { at: 2, before: '\r\n\r\n', after: '' }],
    ['is all there is in an empty text', '', 'bottom', { at: 0, before: '', after: '\r\n' }],
    ['is none where it stands at the front', 'Note\r\n\r\nHi', 'top', undefined],
    ['is none where it stands at the end', 'Hi\r\n\r\nNote\r\n \r\n', 'bottom', undefined],
    [
      'is one where it stands quoted',
      'Hi\r\n> Note',
      'top',
      { at: 0, before: '', after: '\r\n\r\n' },
    ],
  ]
  for (const [name, text, position, want] of cases) {
    t.same(placePlain(Buffer.from(text), Buffer.from('Note'), position, '\r\n'), want, name)
  }
  t.end()
})

await t.test('the banner in HTML', t => {
  const box = htmlBanner('a < b & "ü" 🔒\nc', undefined, '\r\n')
  t.match(box, /&#60; b &#38; &#34;&#252;&#34; &#128274;<br>c<\/div>$/)
  t.match(htmlBanner('a', '<b>ü</b>\n<i>x</i>', '\n'), /<b>&#252;<\/b>\s<i>x<\/i><\/div>$/)
  const long = htmlBanner('word '.repeat(400), undefined, '\r\n')
  t.ok(long.split('\r\n').every(line => line.length < 300))
  t.end()
})

await t.test('the place in HTML', t => {
  const cases: [string, string][] = [
    ['is inside the body', '<html><body class="a>b">|Hi^</body></html>'],
    ['is inside a body in capitals with space', '<BODY >|Hi^</BODY >'],
    ['is not in a comment', '<!--<body>--><body>|Hi^</body><!--</body>-->'],
    ['is not in a title or script', '<title><body></title><script>"</body>"</script><body>|^'],
    ['is behind the head without a body', '<html><head></head>|Hi^</html>'],
    ['is inside html without head and body', '<html>|Hi^</html>'],
    ['is behind the document type', '<!DOCTYPE html>|Hi^'],
    ['is all there is in a fragment', '|<p>Hi</p>^'],
    ['is in the first and before the last of two bodies', '<body>|a</body><body>b^</body>'],
    ['is at the end when the body ends before it starts', '</body><body>|Hi^'],
    ['is the front of an empty part', '|^'],
  ]
  for (const [name, marked] of cases) {
    const page = marked.replaceAll(/[|^]/g, '')
    t.equal(placeHtml(page, 'B', 'top'), marked.replace('^', '').indexOf('|'), `top ${name}`)
    t.equal(placeHtml(page, 'B', 'bottom'), marked.replace('|', '').indexOf('^'), `bottom ${name}`)
  }
  t.equal(placeHtml('<body>\r\nB\r\nHi</body>', 'B', 'top'), undefined)
  t.equal(placeHtml('<body>Hi\r\nB\r\n</body>', 'B', 'bottom'), undefined)
  t.end()
})

await t.test('bytes in a character set', t => {
  const cases: [string, string, string | undefined, string | undefined][] = [
    ['are those of the set', 'ü', 'iso-8859-1', 'fc'],
    ['are UTF-8', 'ü', 'UTF-8', 'c3bc'],
    ['are ASCII where nothing is claimed', 'u', undefined, '75'],
    ['are none where nothing is claimed and the text is more', 'ü', undefined, undefined],
    ['are none where the set lacks a character', 'ш', 'iso-8859-1', undefined],
    ['are none in an unknown set', 'u', 'x-nobody', undefined],
    ['are none in a set of states', 'u', 'iso-2022-jp', undefined],
    ['are none in UTF-7', 'u', 'utf-7', undefined],
    ['are none in a set of wide characters', 'u', 'utf-16le', undefined],
  ]
  for (const [name, text, charset, want] of cases) {
    t.equal(inCharset(text, charset)?.toString('hex'), want, name)
  }
  const bytes = Buffer.from([0x67, 0xfc])
  t.same(asUtf8({ bytes, charset: 'iso-8859-1' }), { bytes: Buffer.from('gü'), charset: 'utf-8' })
  t.equal(asUtf8({ bytes, charset: 'utf-8' }), undefined, 'broken text is not carried over')
  t.equal(asUtf8({ bytes, charset: undefined }), undefined, 'nor are bytes that nobody declared')
  t.end()
})

const ALTERNATIVE = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

preamble
--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

plain
--a
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html; charset=utf-8

<body>html</body>
--r
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
--r--
--a
Content-Type: text/calendar

x
--a--
--m
Content-Type: text/plain

second
--m
Content-Type: message/rfc822

Subject: inner

nested
--m--
`

await t.test('the parts that get it', async t => {
  const multipart = (type: string, first: string, second: string): string =>
    `Content-Type: ${type}; boundary=b\n\n--b\n${first}\n--b\n${second}\n--b--\n`
  const cases: [string, string, string[]][] = [
    ['are the message itself', 'Subject: x\n\nHi\n', ['1']],
    ['are all alternatives, and the first text', ALTERNATIVE, ['1.1.1', '1.1.2.1']],
    [
      'are the text behind an attached one',
      multipart('multipart/mixed', 'Content-Disposition: attachment\n\nx', '\nHi'),
      ['1.2'],
    ],
    [
      'are no text with a file name',
      multipart(
        'multipart/mixed',
        'Content-Type: text/plain; name=a.txt\n\nx',
        'Content-Type: image/png\n\nx',
      ),
      [],
    ],
    [
      'are none in a signed message',
      multipart('multipart/signed', '\nHi', 'Content-Type: application/pgp-signature\n\nx'),
      [],
    ],
    ['are none in an encrypted message', multipart('multipart/encrypted', '\nHi', '\nx'), []],
    ['are none in a report', multipart('multipart/report', '\nHi', '\nx'), []],
    [
      'are none beside a signed one that a list put its footer to',
      multipart(
        'multipart/mixed',
        'Content-Type: multipart/signed; boundary=s\n\n--s\n\nHi\n--s--',
        '\nfooter',
      ),
      [],
    ],
    [
      'are none in opaque S/MIME',
      'Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx\n',
      [],
    ],
    [
      'are none in opaque S/MIME by its old name',
      'Content-Type: application/x-pkcs7-mime\n\nx\n',
      [],
    ],
    ['are none in a message that is one', 'Content-Type: message/rfc822\n\nSubject: x\n\nHi\n', []],
    ['are none in a picture', 'Content-Type: image/png\n\nx\n', []],
    [
      'are none where the type stands twice',
      'Content-Type: text/plain\nContent-Type: text/html\n\nHi\n',
      [],
    ],
    [
      'are none where the end is missing',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n',
      [],
    ],
  ]
  for (const [name, text, want] of cases) {
    t.same(
      bodyParts(await mailOf(text)).map(({ path }) => path),
      want,
      name,
    )
  }
})

const NOTE = { banner: [{ text: 'Nur für Sie' }] }
const PLAIN = { banner: [{ text: 'Note' }] }

async function bodyAfter(text: string, settings: object, more: object = {}): Promise<string> {
  const mail = await mailOf(text)
  const edits = await editsOf(plugin, mail, decisionOf('high', more), settings)
  const result = await rewritten(mail, edits)
  const { start, end } = result.root.body
  return (await result.source.read(start, end)).toString('latin1').replaceAll('\r\n', '\n')
}

async function decodedText(mail: Mail, part: Part): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of mail.decoded(part)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n')
}

await t.test('a message of one part', async t => {
  const latin1 = 'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n'
  const qp =
    'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n'
  const base64 = 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n'
  const flowed = 'Content-Type: text/plain; format=flowed\n\n'
  const cases: [string, string, object, string][] = [
    ['has it at the bottom', '\nHi\n', PLAIN, 'Hi\n\nNote\n'],
    ['has it at the top', '\nHi\n', { ...PLAIN, position: 'top' }, 'Note\n\nHi\n'],
    ['has it in its own character set', `${latin1}gr\xfcn\n`, NOTE, 'gr\xfcn\n\nNur f\xfcr Sie\n'],
    ['has it in quoted-printable', `${qp}gr=C3=BCn\n`, NOTE, 'gr=C3=BCn\n\nNur f=C3=BCr Sie\n'],
    [
      'has it in front in quoted-printable, the rest as it was',
      `${qp}=67r=c3=bcn=\n x\n`,
      { ...NOTE, position: 'top' },
      'Nur f=C3=BCr Sie\n\n=67r=c3=bcn=\n x\n',
    ],
    ['has it behind a soft break that ends the text', `${qp}Hi=\n`, PLAIN, 'Hi=\n\n\nNote'],
    [
      'has it in base64',
      `${base64}SGkK\n`,
      PLAIN,
      'SGkKDQpOb3RlDQo=\n'.replace('DQpOb3RlDQo=', 'Ck5vdGUK'),
    ],
    [
      'is HTML and has it in a box',
      'Content-Type: text/html\n\n<body>Hi</body>\n',
      NOTE,
      htmlWith('<body>Hi', '</body>\n', 'Nur für Sie'),
    ],
    ['has an end to its last flowed paragraph', `${flowed}flows \n`, PLAIN, 'flows \n\nNote\n'],
    ['gets nothing by default', '\nHi\n', {}, 'Hi\n'],
    [
      'gets the shipped text',
      '\nHi\n',
      { template: 'en' },
      'Hi\n\nThis message contains information that needs protection. Please pass it on\nonly to people who need it for their work.\n',
    ],
    ['gets nothing twice', '\nHi\n\nNote\n', PLAIN, 'Hi\n\nNote\n'],
    [
      'gets nothing into inline PGP',
      '\n-----BEGIN PGP SIGNED MESSAGE-----\nx\n',
      PLAIN,
      '-----BEGIN PGP SIGNED MESSAGE-----\nx\n',
    ],
    [
      'gets nothing when it is long',
      `\n${'x\n'.repeat(600)}`,
      { ...PLAIN, max_part_size: '1K' },
      'x\n'.repeat(600),
    ],
    [
      'gets nothing in an unknown encoding',
      'Content-Transfer-Encoding: x-zip\n\nHi\n',
      PLAIN,
      'Hi\n',
    ],
    [
      'gets nothing in an unknown character set',
      'Content-Type: text/plain; charset=x-nobody\n\nHi\n',
      NOTE,
      'Hi\n',
    ],
    ['gets nothing beside a DKIM signature', 'DKIM-Signature: v=1\n\nHi\n', PLAIN, 'Hi\n'],
    [
      'gets it beside a DKIM signature where asked to',
      'DKIM-Signature: v=1\n\nHi\n',
      { ...PLAIN, dkim_signed: 'change' },
      'Hi\n\nNote\n',
    ],
    ['gets nothing into broken base64', `${base64}SG!kK\n`, PLAIN, 'SG!kK\n'],
  ]
  for (const [name, text, settings, want] of cases) {
    t.equal(await bodyAfter(text, settings), want, name)
  }
})

function htmlWith(before: string, after: string, text: string): string {
  return `${before}\n${htmlBanner(text, undefined, '\n')}\n${after}`
}

await t.test('a part in which a detector found protection is left alone', async t => {
  const content = {
    ...decisionOf().content,
    verdict: 'partial' as const,
    parts: [{ path: '1', system: 'pgp' as const, verdict: 'encrypted' as const, why: 'armour' }],
  }
  t.equal(await bodyAfter('\nHi\n', PLAIN, { content }), 'Hi\n')
})

await t.test('a message that is ASCII becomes UTF-8 when the banner needs it', async t => {
  const mail = await mailOf('Content-Type: text/plain; format=flowed; x="a b\\"c"\n\n1 = 1\n')
  const edits = await editsOf(plugin, mail, decisionOf(), NOTE)
  const result = await rewritten(mail, edits)
  t.equal(result.root.charset, 'utf-8')
  t.equal(result.root.encoding, 'quoted-printable')
  t.equal(result.root.params.get('format'), 'flowed')
  t.equal(result.root.params.get('x'), 'a b"c')
  t.equal(await decodedText(result, result.root), '1 = 1\n\nNur für Sie\n')
  t.same(
    edits
      .filter(({ kind }) => kind === 'set-header')
      .map(edit => ('name' in edit ? edit.name : '')),
    ['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  )
})

await t.test('a part in a set of states becomes UTF-8', async t => {
  const header =
    'Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: 7bit\n\n'
  const mail = await mailOf(`${header}\x1b$B$3$s\x1b(B\n`)
  const result = await rewritten(mail, await editsOf(plugin, mail, decisionOf(), PLAIN))
  t.equal(await decodedText(result, result.root), 'こん\n\nNote\n')
  t.equal(result.root.charset, 'utf-8')
})

await t.test('a header that cannot be written without guessing is left', async t => {
  const mail = await mailOf('Content-Type: text/plain; x=\xfc\n\nHi\n')
  t.equal(await partHeaderEdits(mail.source, mail.root, 'utf-8', 'base64'), undefined)
  t.same(await editsOf(plugin, mail, decisionOf(), NOTE), [])
})

await t.test('the header of a part inside is changed in its place', async t => {
  const cases: [string, string, string][] = [
    [
      'both fields there',
      'X-A: 1\nContent-Type: text/plain\nX-B: 2\nContent-Transfer-Encoding: 7bit',
      'X-A: 1\nContent-Type: text/plain; charset=utf-8\nX-B: 2\nContent-Transfer-Encoding: quoted-printable',
    ],
    [
      'one field there',
      'Content-Type: text/plain;\n format=flowed',
      'Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable',
    ],
    [
      'the other field there',
      'Content-Transfer-Encoding: 7bit\nX-A: 1',
      'Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\nX-A: 1',
    ],
    [
      'none there',
      'X-A: 1',
      'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\nX-A: 1',
    ],
  ]
  const whole = (header: string, body: string): string =>
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n${header}\n\n${body}\n--b--\n`
  for (const [name, header, want] of cases) {
    const mail = await mailOf(whole(header, 'Hi'))
    const edits = await editsOf(plugin, mail, decisionOf(), NOTE)
    const result = (await spliced(mail, edits)).toString('latin1').replaceAll('\r\n', '\n')
    t.equal(result, whole(want, 'Hi\n\nNur f=C3=BCr Sie'), name)
  }
})

await t.test('alternatives get it all or none', async t => {
  const mail = await mailOf(ALTERNATIVE)
  const edits = await editsOf(plugin, mail, decisionOf(), PLAIN)
  const text = (await spliced(mail, edits)).toString('latin1').replaceAll('\r\n', '\n')
  const want = ALTERNATIVE.replace('\nplain\n', '\nplain\n\nNote\n').replace(
    '<body>html',
    `<body>html\n${htmlBanner('Note', undefined, '\n')}\n`,
  )
  t.equal(text, want)
  const half = await mailOf(ALTERNATIVE.replace('plain\n--a', '-----BEGIN PGP MESSAGE-----\n--a'))
  t.same(await editsOf(plugin, half, decisionOf(), PLAIN), [])
})

await t.test('a part of another encoding is not tried', async t => {
  const mail = await mailOf('Content-Transfer-Encoding: uuencode\n\nHi\n')
  t.equal(await partEdits(mail, mail.root, { text: 'Note', html: undefined }, 'top'), undefined)
})

const encodings = fc.constantFrom('7bit', '8bit', 'quoted-printable', 'base64')
const charsets = fc.constantFrom('utf-8', 'us-ascii', 'iso-8859-1')
const words = fc.constantFrom(
  'Hi',
  'grün',
  ' ',
  '\r\n',
  '=',
  '<body>',
  '</body>',
  '<!--',
  '-->',
  '<a href="x">',
  'Note',
  '日本',
)

await t.test('the text around the banner stays, and a second time changes nothing', async t => {
  let changed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        encoding: encodings,
        charset: charsets,
        type: fc.constantFrom('plain', 'html'),
        position: fc.constantFrom('top', 'bottom'),
        text: fc.array(words, { maxLength: 12 }).map(list => list.join('')),
        banner: fc.constantFrom('Note', 'Nur für Sie', '日本 > "x"\nzwei'),
      }),
      async ({ encoding, charset, type, position, text, banner }) => {
        const isAscii = /^[\0-\x7f]*$/.test(text)
        if (!isAscii && (charset !== 'utf-8' || encoding === '7bit')) return true
        const coded = encodeBody(Buffer.from(text), encoding).toString('latin1')
        const inner = `Content-Type: text/${type}; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${coded}`
        const front = 'Content-Type: multipart/mixed; boundary=bb\r\n\r\nfront\r\n--bb\r\n'
        const back = '\r\n--bb\r\nContent-Type: text/plain\r\n\r\nother\r\n--bb--\r\nback\r\n'
        const mail = await mailOf(front + inner + back)
        const settings = { banner: [{ text: banner }], position }
        const edits = await editsOf(plugin, mail, decisionOf(), settings)
        if (edits.length === 0) return true
        changed++
        const bytes = await spliced(mail, edits)
        const result = await mailOf(bytes.toString('latin1'))
        const [part] = bodyParts(result)
        if (part === undefined) return false
        const after = await decodedText(result, part)
        const [before] = bodyParts(mail)
        const was = before === undefined ? '' : await decodedText(mail, before)
        const isAround = isSubsequenceWithOneGap(was, after)
        const again = await editsOf(plugin, result, decisionOf(), settings)
        const raw = bytes.toString('latin1')
        return isAround && again.length === 0 && raw.startsWith(front) && raw.endsWith(back)
      },
    ),
    { numRuns: 300 },
  )
  t.ok(changed > 100, `${changed} messages changed`)
})

/** True when `after` is `was` with one stretch put in. */
function isSubsequenceWithOneGap(was: string, after: string): boolean {
  let front = 0
  while (front < was.length && was[front] === after[front]) front++
  return after.endsWith(was.slice(front))
}

await t.test('a banner of any message is bytes in its body and nothing else', async t => {
  let seen = 0
  const bytes = fc.array(
    fc.oneof(
      words,
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('--a\r\n', 'Content-Type: ', '\r\n\r\n'),
    ),
    { maxLength: 30 },
  )
  await fc.assert(
    fc.asyncProperty(bytes, async pieces => {
      const mail = await mailOf(
        Buffer.from(ALTERNATIVE.slice(0, 200) + pieces.join('')).toString('latin1'),
      )
      const edits = await editsOf(plugin, mail, decisionOf(), NOTE)
      seen++
      return edits.every(edit => edit.kind !== 'splice' || edit.start >= mail.root.body.start)
    }),
    { numRuns: 200 },
  )
  t.ok(seen > 0)
})
