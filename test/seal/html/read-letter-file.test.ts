import fc from 'fast-check'
import t from 'tap'
import { deriveKeys } from '../../../src/seal/container/keys.js'
import { openWithKeys } from '../../../src/seal/container/open-payload.js'
import { writeLetterFile, letterFileSize, CHUNK_BYTES } from '../../../src/seal/html/letter-file.js'
import { writeStyle } from '../../../src/seal/html/letter-style.js'
import { DATA_MARK, END_MARK, readerPage } from '../../../src/seal/html/page.js'
import { readLetterFile, saysLetter } from '../../../src/seal/html/read-letter-file.js'
import {
  clinicMail,
  PASSWORD,
  payloadOf,
  sampleHeader,
  sampleOrder,
} from '../../support/seal-samples.js'

const { signal } = new AbortController()
const TEXT = Buffer.from('Der Befund liegt bei.')
const KEYS = await deriveKeys(PASSWORD, sampleHeader(1))
const STYLE = writeStyle(sampleOrder(clinicMail()).style, 'de')

async function fileOf(content: Buffer): Promise<Buffer> {
  const header = sampleHeader(content.length)
  const pieces: Buffer[] = []
  for await (const piece of writeLetterFile(payloadOf(content), header, KEYS, STYLE))
    pieces.push(piece)
  const file = Buffer.concat(pieces)
  t.equal(file.length, letterFileSize(header, STYLE), `size of ${content.length} bytes`)
  return file
}

const open = async (file: Buffer): Promise<Buffer> =>
  openWithKeys(await readLetterFile(file, signal), KEYS, signal)

t.test('what was written is read, whatever its length', async t => {
  for (const length of [
    1,
    719,
    720,
    721,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    3 * CHUNK_BYTES + 5,
  ]) {
    const content = Buffer.from(Array.from({ length }, (_, at) => at & 255))
    t.same(await open(await fileOf(content)), content, `${length} bytes`)
  }
})

t.test('with LF line ends it is the same letter', async t => {
  const file = await fileOf(TEXT)
  const unix = Buffer.from(file.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  t.same(await open(unix), TEXT)
  const [a, b] = [await readLetterFile(file, signal), await readLetterFile(unix, signal)]
  t.same([a.before, a.after], [b.before, b.after])
  t.same([a.before, a.after.trimEnd()], [readerPage().before, readerPage().after])
  t.equal(a.style, STYLE.replaceAll('\n', '\r\n'))
})

t.test('every byte of what it holds that is flipped is refused, or changes nothing', async t => {
  const file = await fileOf(TEXT)
  const [start, end] = [file.indexOf(DATA_MARK), file.indexOf(END_MARK) + END_MARK.length]
  let [refused, same] = [0, 0]
  for (let at = start; at < end; at += 1) {
    for (const change of [0x01, 0x20, 0x80]) {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ change
      const opened = await open(changed).catch((thrown: { code: string }) => thrown.code)
      if (opened instanceof Buffer) {
        if (!opened.equals(TEXT)) t.fail(`byte ${at} gives another text`)
        same += 1
      } else if (opened === 'ERR_SEAL_REFUSED' || opened === 'ERR_SEAL_MALFORMED') refused += 1
      else t.fail(`byte ${at}: ${String(opened)}`)
    }
  }
  t.ok(refused > 1500, `${refused} refused`)
  t.ok(same < 1000, `${same} in the style, which is no part of the message`)
})

t.test('cut anywhere it is refused', async t => {
  const file = await fileOf(TEXT)
  let seen = 0
  for (
    let length = file.indexOf(END_MARK) + END_MARK.length - 1;
    length >= 0;
    length -= length > 12_000 ? 1 : 97
  ) {
    seen += 1
    await t.rejects(readLetterFile(file.subarray(0, length), signal), {
      code: 'ERR_SEAL_MALFORMED',
    })
  }
  t.ok(seen > 500)
})

t.test('what has not the form of a letter is refused', async t => {
  const text = (await fileOf(TEXT)).toString('latin1')
  const data =
    /<script type="text\/plain" class="letter-data">[^]*?<\/script>\r\n/.exec(text)?.[0] ?? ''
  const cases: [string, string][] = [
    ['nothing', ''],
    ['another page', '<!DOCTYPE html><p>hello'],
    ['no mark in front', text.replace('<!--postseal letter 1-->', '')],
    ['no ciphertext', text.replace(data, '')],
    ['ciphertext twice', text.replace(data, data + data)],
    ['a text beside it', text.replace(data, `${data}hello `)],
    ['a text behind it', text.replace('<!--end-->', 'hello<!--end-->')],
    ['an element more', text.replace('<!--end-->', '<p>hello</p><!--end-->')],
    ['the code first', text.replace(data, '').replace(END_MARK, data + END_MARK)],
    [
      'a blank in the ciphertext',
      text.replace(data, data.replace('">\r\n', '">\r\n '.concat('AAAA '))),
    ],
    ['an empty element', text.replace(data, data.replace(/>\r\n[^<]*/, '>\r\n'))],
    ['a page without end', text.replace(END_MARK, END_MARK + 'x'.repeat(600_000))],
  ]
  for (const [name, changed] of cases) {
    t.not(changed, text, name)
    await t.rejects(
      readLetterFile(Buffer.from(changed, 'latin1'), signal),
      { code: 'ERR_SEAL_MALFORMED' },
      name,
    )
  }
})

t.test('hostile bytes between the marks are refused and nothing else', async t => {
  const front = `${readerPage().before}\n`
  let seen = 0
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 100 }), async text => {
      seen += 1
      const file = Buffer.from(`${front}${text}${END_MARK}`)
      const thrown = await readLetterFile(file, signal).catch(
        (thrown: { code: string }) => thrown.code,
      )
      return thrown === 'ERR_SEAL_MALFORMED'
    }),
    { numRuns: 200 },
  )
  t.equal(seen, 200)
})

t.test('a letter is known by its first 256 bytes', async t => {
  t.equal(saysLetter(await fileOf(TEXT)), true)
  t.equal(saysLetter(Buffer.from(`${' '.repeat(250)}<!--postseal letter 1-->`)), false)
  t.equal(saysLetter(Buffer.from('')), false)
})

t.test(
  'a short file that says it is a long one is refused before there is room for it',
  async t => {
    const text = (await fileOf(TEXT)).toString('latin1')
    const file = Buffer.from(text.replace('"len":21,', '"len":536870912,'), 'latin1')
    await t.rejects(readLetterFile(file, signal), {
      code: 'ERR_SEAL_MALFORMED',
      message: /not as long as its header says/,
    })
  },
)
