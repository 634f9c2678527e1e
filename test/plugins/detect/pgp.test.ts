import fc from 'fast-check'
import t from 'tap'
import pgp from '../../../plugins/detect/pgp/index.js'
import { PKESK, SEIPD, noise, packet } from '../../support/container-bytes.js'
import {
  LETTER,
  corpus,
  detect,
  mailOf,
  multipartOf,
  openToolBox,
} from '../../support/detect-tools.js'

const TEXT = 'Content-Type: text/plain; charset=utf-8'
const HTML = 'Content-Type: text/html; charset=utf-8'

const box = openToolBox()
t.teardown(() => box.close())

const ENCRYPTED = armour(Buffer.concat([PKESK, SEIPD]))
const CONTROL = mailOf(Buffer.from('Version: 1\r\n'), 'Content-Type: application/pgp-encrypted')

function armour(bytes: Buffer, label = 'MESSAGE', head = ''): string {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\r\n')
  return `-----BEGIN PGP ${label}-----\r\n${head}\r\n${lines}\r\n=AAAA\r\n-----END PGP ${label}-----\r\n`
}

t.test('what gpg makes', async t => {
  const to = ['--recipient', 'test@example.org']
  const cases: [string, Buffer, object][] = [
    ['for a key', box.gpg(['--encrypt', ...to], LETTER), { verdict: 'encrypted' }],
    [
      'for a key, armoured',
      box.gpg(['--armor', '--encrypt', ...to], LETTER),
      { verdict: 'encrypted' },
    ],
    [
      'for a key and a passphrase',
      box.gpg(['--symmetric', '--encrypt', ...to], LETTER),
      { verdict: 'encrypted', why: /2 recipient/ },
    ],
    [
      'signed and encrypted',
      box.gpg(['--armor', '--sign', '--encrypt', ...to], LETTER),
      { verdict: 'encrypted' },
    ],
    ['a passphrase', box.gpg(['--armor', '--symmetric'], LETTER), { verdict: 'encrypted' }],
    [
      'a passphrase with 3DES',
      box.gpg(['--armor', '--symmetric', '--cipher-algo', '3DES'], LETTER),
      { verdict: 'weak' },
    ],
    ['large, in pieces', box.gpg(['--encrypt', ...to], noise(300_000)), { verdict: 'encrypted' }],
    ['only signed', box.gpg(['--armor', '--sign'], LETTER), { verdict: 'not-encrypted' }],
    ['only stored', box.gpg(['--armor', '--store'], LETTER), { verdict: 'not-encrypted' }],
    [
      'a detached signature',
      box.gpg(['--armor', '--detach-sign'], LETTER),
      { verdict: 'not-encrypted', accounts: ['1'] },
    ],
    ['a public key', box.gpg(['--armor', '--export']), { verdict: 'not-encrypted' }],
  ]
  for (const [name, bytes, want] of cases)
    t.match(await detect(pgp, mailOf(bytes)), [{ system: 'pgp', part: '1', ...want }], name)
  const clear = box.gpg(['--clear-sign'], LETTER)
  t.same(await detect(pgp, mailOf(clear, TEXT)), [], 'clear-signed')
})

t.test('a block in text has its range, so that what stands around it is seen', async t => {
  const before = 'Hallo\r\n'
  const message = mailOf(Buffer.from(`${before}${ENCRYPTED}Gruss`), TEXT)
  const [found] = await detect(pgp, message)
  t.match(found, { verdict: 'encrypted', part: '1' })
  const end = before.length + ENCRYPTED.length - 2
  t.same(found?.ranges, [{ start: before.length, end }])
})

t.test('blocks in text and HTML', async t => {
  const br = ENCRYPTED.replaceAll('\r\n', '<br>\r\n')
  const one = ENCRYPTED.replaceAll('\r\n', '<br>')
  const div = ENCRYPTED.split('\r\n')
    .map(line => `<div style="x">${line}</div>`)
    .join('')
  const entities = ENCRYPTED.replaceAll('+', '&#43;')
    .replaceAll('/', '&#47;')
    .replaceAll('=', '&#61;')
  const cases: [string, string, string, object[]][] = [
    [
      'two blocks',
      TEXT,
      `${ENCRYPTED}\r\n${ENCRYPTED}`,
      [{ verdict: 'encrypted' }, { verdict: 'encrypted' }],
    ],
    ['LF line breaks', TEXT, ENCRYPTED.replaceAll('\r\n', '\n'), [{ verdict: 'encrypted' }]],
    [
      'armour headers',
      TEXT,
      armour(Buffer.concat([PKESK, SEIPD]), 'MESSAGE', 'Version: X\r\nComment: Y\r\n'),
      [{ verdict: 'encrypted' }],
    ],
    [
      'no empty line',
      TEXT,
      ENCRYPTED.replace('-----\r\n\r\n', '-----\r\n'),
      [{ verdict: 'encrypted' }],
    ],
    ['a quoted block', TEXT, ENCRYPTED.replaceAll(/^/gm, '> '), []],
    ['a mention', TEXT, 'It starts with -----BEGIN PGP MESSAGE----- and so on', []],
    [
      'a mention at the start of a line',
      TEXT,
      '-----BEGIN PGP MESSAGE-----\r\nis how it starts.\r\n-----END PGP MESSAGE-----',
      [{ verdict: 'not-encrypted', why: /around other text/ }],
    ],
    [
      'base64 of prose',
      TEXT,
      armour(Buffer.from('Befund im Klartext, nicht verschlüsselt')),
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'a long comment',
      TEXT,
      armour(Buffer.concat([PKESK, SEIPD]), 'MESSAGE', `Comment: ${'Befund '.repeat(90)}\r\n`),
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'text between the lines',
      TEXT,
      ENCRYPTED.replace('=AAAA', 'Klartext hier\r\n=AAAA'),
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'text behind the checksum',
      TEXT,
      ENCRYPTED.replace('=AAAA', '=AAAA\r\nKlartext'),
      [{ verdict: 'not-encrypted' }],
    ],
    ['no end', TEXT, ENCRYPTED.slice(0, 200), [{ verdict: 'unknown', why: /has no end/ }]],
    [
      'a packet that breaks off',
      TEXT,
      armour(Buffer.concat([PKESK, SEIPD]).subarray(0, 90)),
      [{ verdict: 'unknown' }],
    ],
    [
      'a line without end',
      TEXT,
      `-----BEGIN PGP MESSAGE-----\r\n${'A'.repeat(9000)}\r\n-----END PGP MESSAGE-----`,
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'a weak block',
      TEXT,
      armour(Buffer.concat([PKESK, packet(9, noise(60))])),
      [{ verdict: 'weak' }],
    ],
    ['HTML with <pre>', HTML, `<html><pre>${ENCRYPTED}</pre></html>`, [{ verdict: 'encrypted' }]],
    ['HTML with <br>', HTML, `<p>${br}</p>`, [{ verdict: 'encrypted' }]],
    ['HTML on one line', HTML, `<p>${one}</p>`, [{ verdict: 'encrypted' }]],
    ['HTML with <div>', HTML, `<body>${div}</body>`, [{ verdict: 'encrypted' }]],
    ['HTML with entities', HTML, `<pre>${entities}</pre>`, [{ verdict: 'encrypted' }]],
    [
      'HTML with a comment inside',
      HTML,
      `<pre>${ENCRYPTED.replace('=AAAA', '<!-- Befund -->\r\n=AAAA')}</pre>`,
      [{ verdict: 'not-encrypted' }],
    ],
    [
      'HTML with an image inside',
      HTML,
      `<pre>${ENCRYPTED.replace('=AAAA', '<span title="Befund"></span>\r\n=AAAA')}</pre>`,
      [{ verdict: 'not-encrypted' }],
    ],
    ['HTML within a sentence', HTML, `<p>see ${one}</p>`, []],
  ]
  for (const [name, header, body, want] of cases) {
    const found = await detect(pgp, mailOf(Buffer.from(body), header))
    t.match(found, want, name)
    t.equal(found.length, want.length, `${name}: findings`)
  }
})

t.test('files', async t => {
  const binary = Buffer.concat([PKESK, SEIPD])
  const named = 'Content-Type: application/octet-stream; name="a.gpg"'
  const cases: [string, Buffer, string | undefined, object[]][] = [
    ['binary', binary, undefined, [{ verdict: 'encrypted' }]],
    [
      'binary behind a marker',
      Buffer.concat([packet(10, Buffer.from('PGP')), binary]),
      'Content-Type: image/png',
      [{ verdict: 'encrypted' }],
    ],
    [
      'armour and text behind it',
      Buffer.from(`${ENCRYPTED}Befund`),
      undefined,
      [{ verdict: 'partial' }],
    ],
    ['text and armour', Buffer.from(`Befund\r\n${ENCRYPTED}`), undefined, [{ verdict: 'partial' }]],
    ['two blocks', Buffer.from(ENCRYPTED + ENCRYPTED), undefined, [{ verdict: 'partial' }]],
    [
      'a block that is none',
      Buffer.from(armour(Buffer.from('Klartext'))),
      undefined,
      [{ verdict: 'not-encrypted' }],
    ],
    ['a mention', Buffer.from('see -----BEGIN PGP MESSAGE----- there'), undefined, []],
    [
      'a signature with text behind it',
      Buffer.from(`${armour(packet(2, noise(40)), 'SIGNATURE')}Befund`),
      undefined,
      [],
    ],
    [
      'a literal packet by name',
      packet(11, Buffer.from('Befund')),
      named,
      [{ verdict: 'not-encrypted' }],
    ],
    ['a literal packet without a name', packet(11, Buffer.from('Befund')), undefined, []],
    ['noise by name', noise(100), named, []],
    ['a picture', Buffer.from('ffd8ffe000104a46494600', 'hex'), undefined, []],
    ['text that begins with an umlaut', Buffer.from('Äpfel'), undefined, []],
    ['one byte', Buffer.from([0xc1]), undefined, []],
    ['nothing', Buffer.alloc(0), undefined, []],
  ]
  for (const [name, bytes, header, want] of cases) {
    const found = await detect(pgp, mailOf(bytes, header))
    t.match(found, want, name)
    t.equal(found.length, want.length, `${name}: findings`)
  }
})

t.test('PGP/MIME, as it was and as Exchange leaves it', async t => {
  const encrypted = mailOf(Buffer.from(ENCRYPTED))
  const whole = await detect(pgp, multipartOf('multipart/encrypted', CONTROL, encrypted))
  t.match(whole, [{ part: '1.2', verdict: 'encrypted', accounts: ['1.1'] }])
  t.equal(whole[0]?.ranges, undefined)
  const mangled = multipartOf('multipart/mixed', mailOf(Buffer.alloc(0), TEXT), CONTROL, encrypted)
  t.match(await detect(pgp, mangled), [{ part: '1.3', verdict: 'encrypted', accounts: ['1.2'] }])
  const chatty = mailOf(
    Buffer.from('Version: 1\r\nBefund'),
    'Content-Type: application/pgp-encrypted',
  )
  const found = await detect(pgp, multipartOf('multipart/encrypted', chatty, encrypted))
  t.match(found, [{ part: '1.2' }])
  t.equal(found[0]?.accounts, undefined, 'a control part that says more is not accounted for')
})

t.test('a binary message cut at any byte is never encrypted', async t => {
  const whole = Buffer.concat([PKESK, SEIPD])
  for (let size = 0; size < whole.length; size += 1) {
    const found = await detect(pgp, mailOf(whole.subarray(0, size)))
    if (found.some(({ verdict }) => verdict !== 'unknown'))
      t.fail(`${found[0]?.verdict} at ${size}`)
  }
  t.ok(whole.length > 100)
})

t.test('an armoured message cut at any byte is never encrypted', async t => {
  for (let size = 0; size < ENCRYPTED.length - 2; size += 1) {
    const found = await detect(pgp, mailOf(Buffer.from(ENCRYPTED.slice(0, size)), TEXT))
    if (found.some(({ verdict }) => verdict === 'encrypted')) t.fail(`encrypted at ${size}`)
  }
  t.ok(ENCRYPTED.length > 100)
})

t.test('hostile armour gives findings or none', async t => {
  const lines = [
    '-----BEGIN PGP MESSAGE-----',
    '-----END PGP MESSAGE-----',
    '',
    '=AAAA',
    'Comment: x',
    'wcDM',
    'text here',
    '<br>',
    '<!--',
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...lines), { maxLength: 12 }),
      fc.constantFrom(TEXT, HTML, undefined),
      async (body, header) => {
        const found = await detect(pgp, mailOf(Buffer.from(body.join('\r\n')), header))
        return found.every(({ verdict }) => verdict !== 'encrypted' && verdict !== 'weak')
      },
    ),
    { numRuns: 200 },
  )
  t.pass('200 messages')
})

t.test('very many blocks are not all looked at', async t => {
  const block = '-----BEGIN PGP MESSAGE-----\r\n-----END PGP MESSAGE-----\r\n'
  const found = await detect(pgp, mailOf(Buffer.from(block.repeat(500)), TEXT))
  t.equal(found.length, 100)
})

t.test('every labelled sample is judged as its label says', async t => {
  const items = corpus(['pgp'])
  if (items === undefined) return t.pass('skipped: the samples are not beside this checkout')
  const header = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'
  for (const { file, verdict, bytes } of items) {
    const [found] = await detect(pgp, mailOf(bytes, header))
    t.equal(found?.verdict ?? 'not-encrypted', verdict, file)
  }
  return t.ok(items.length > 0)
})

t.test('text between the armour lines is never protected', async t => {
  const lines = armour(Buffer.concat([PKESK, SEIPD]))
  const cases: [string, string][] = [
    ['behind BEGIN', lines.replace('MESSAGE-----', 'MESSAGE----- Befund Meier')],
    ['behind hyphens', lines.replace('\r\n\r\n', '\r\n\r\n----- Befund Meier -----\r\n')],
    ['as a header of its own', lines.replace('\r\n\r\n', '\r\nBefund: Meier\r\n\r\n')],
  ]
  for (const [name, text] of cases) {
    t.not(text, lines, name)
    for (const head of [TEXT, 'Content-Type: application/octet-stream'])
      t.match(await detect(pgp, mailOf(Buffer.from(text), head)), [{ verdict: 'not-encrypted' }])
  }
})
