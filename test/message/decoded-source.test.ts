import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { createMail } from '../../src/message/create-mail.js'
import { decodedSource } from '../../src/message/decoded-source.js'
import { fileSource } from '../../src/message/file-source.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { noise } from '../support/container-bytes.js'

const NOBODY = { sender: '', recipients: [] }

const base64 = (bytes: Buffer, line = 76): string =>
  bytes.toString('base64').replace(new RegExp(`.{${line}}`, 'g'), '$&\r\n')

const quoted = (bytes: Buffer): string =>
  [...bytes]
    .map(
      (byte, index) =>
        `=${byte.toString(16).padStart(2, '0').toUpperCase()}${index % 20 === 19 ? '=\r\n' : ''}`,
    )
    .join('')

function uuencoded(bytes: Buffer): string {
  const letter = (value: number): string => String.fromCharCode((value & 63) + 32)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 45) {
    const row = bytes.subarray(at, at + 45)
    let line = letter(row.length)
    for (let from = 0; from < row.length; from += 3) {
      const bits = ((row[from] ?? 0) << 16) | ((row[from + 1] ?? 0) << 8) | (row[from + 2] ?? 0)
      line += letter(bits >> 18) + letter(bits >> 12) + letter(bits >> 6) + letter(bits)
    }
    lines.push(line)
  }
  return `begin 644 a.bin\r\n${lines.join('\r\n')}\r\nend\r\n`
}

const mailOf = (encoding: string, body: string): ReturnType<typeof parseMail> =>
  parseMail(
    Buffer.from(
      `Content-Type: application/zip\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
      'latin1',
    ),
  )

await t.test('a range outside the part is refused, whatever the encoding', async t => {
  for (const [encoding, body] of [
    ['binary', 'abc'],
    ['base64', 'YWJj'],
    ['base64', base64(noise(600_000))],
  ] as const) {
    const mail = mailOf(encoding, body)
    const source = await mail.open(mail.root)
    await t.rejects(source.read(0, source.size + 1), { name: 'RangeError' }, encoding)
    t.throws(() => source.peek(-1, 1), { name: 'RangeError' }, encoding)
  }
})

await t.test('any range of any encoding is what decoding from the front gives', async t => {
  const content = noise(900_001)
  const samples: [name: string, encoding: string, body: string][] = [
    ['binary', 'binary', content.toString('latin1')],
    ['base64', 'base64', base64(content)],
    ['base64 whose lines fit no quantum', 'base64', base64(content, 77)],
    ['base64 in one line', 'base64', content.toString('base64')],
    ['quoted-printable', 'quoted-printable', quoted(content)],
    ['uuencode', 'x-uuencode', uuencoded(content)],
    ['an unknown encoding', 'x-nosuch', content.toString('latin1')],
  ]
  let seen = 0
  for (const [name, encoding, body] of samples) {
    const mail = mailOf(encoding, body)
    const source = await mail.open(mail.root)
    t.equal(source.size, content.length, `${name}: size`)
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length), fc.nat(400_000), async (from, size) => {
        const to = Math.min(content.length, from + size)
        return (await source.read(from, to)).equals(content.subarray(from, to))
      }),
      { numRuns: 40, seed: 4 },
    )
    seen += 1
  }
  t.equal(seen, samples.length)
})

await t.test('a part that comes from a file is the same as one in memory', async t => {
  const content = noise(700_001)
  const samples: [encoding: string, body: string][] = [
    ['binary', content.toString('latin1')],
    ['base64', base64(content)],
    ['quoted-printable', quoted(content)],
    ['x-uuencode', uuencoded(content)],
  ]
  const path = join(t.testdir(), 'mail')
  for (const [encoding, body] of samples) {
    const { root, damage, source } = mailOf(encoding, body)
    await writeFile(path, await source.read(0, source.size))
    const handle = await open(path)
    const range = { start: 0, end: source.size }
    const structure = { root, damage, size: source.size }
    const mail = createMail(structure, fileSource(handle, range), NOBODY)
    const opened = await mail.open(mail.root)
    t.ok((await opened.read(0, opened.size)).equals(content), `${encoding}, opened`)
    const pieces: Buffer[] = []
    for await (const piece of mail.decoded(mail.root)) pieces.push(piece)
    t.ok(Buffer.concat(pieces).equals(content), `${encoding}, piece by piece`)
    for (const size of [1, 600, 100_000])
      t.ok((await mail.head(mail.root, size)).equals(content.subarray(0, size)), `${size} of it`)
    await handle.close()
  }
})

await t.test('a part is decoded for all who ask once, and what is broken is reported', async t => {
  const mail = mailOf('base64', `${base64(noise(500_000))}\r\n!\r\nAAAA`)
  t.equal(mail.open(mail.root), mail.open(mail.root))
  const source = await mail.open(mail.root)
  t.equal(source.size, 500_003)
  t.match(mail.damage, [{ id: 'bad-base64' }])
  t.equal((await mailOf('base64', '').open(mailOf('base64', '').root)).size, 0)
})

await t.test('a part with children is read as it stands', async t => {
  const mail = parseMail(
    Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nQQ==\r\n--b--\r\n'),
  )
  const source = await decodedSource(mail.source, mail.root, () => t.fail('nothing is broken'))
  t.match((await source.read(0, source.size)).toString(), /^--b[^]*QQ==/)
})
