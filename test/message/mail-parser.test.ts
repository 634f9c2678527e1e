import fc from 'fast-check'
import t from 'tap'
import { createMailParser } from '../../src/message/mail-parser.js'
import type { MessageLimits } from '../../src/message/limits.js'
import type { MailStructure } from '../../src/message/mail.js'
import { damageOf, outline, rangeProblems } from '../support/message-outline.js'
import { crlf, RICH_MESSAGE, SAMPLES } from '../support/message-samples.js'

const MIXED = 'Content-Type: multipart/mixed; boundary=b'
const LONG_BOUNDARY = 'x'.repeat(71)

const STRUCTURES: readonly [name: string, input: Buffer, want: string[], damage: string[]][] = [
  ['an empty message is one empty part', crlf(''), ['1 text/plain ""'], []],
  ['a header may be all there is', crlf('A: b', ''), ['1 text/plain ""'], []],
  [
    'a message without parts is its body',
    crlf('A: b', '', 'x', ''),
    ['1 text/plain "x\\r\\n"'],
    [],
  ],
  [
    'LF files are read as they are',
    Buffer.from(`A: b\n${MIXED}\n\n--b\n\nx\n--b--\n`),
    ['1 multipart/mixed', '1.1 text/plain "x"'],
    [],
  ],
  [
    'the line break before a boundary belongs to it, others to the part',
    crlf(MIXED, '', '--b', '', 'x', '', '--b--'),
    ['1 multipart/mixed', '1.1 text/plain "x\\r\\n"'],
    [],
  ],
  [
    'preamble and epilogue are kept as ranges',
    crlf(MIXED, '', 'before', '--b', '', 'x', '--b--', 'after'),
    ['1 multipart/mixed <before> <after>', '1.1 text/plain "x"'],
    [],
  ],
  [
    'an end without a line break is an end',
    crlf(MIXED, '', '--b', '', 'x', '--b--'),
    ['1 multipart/mixed', '1.1 text/plain "x"'],
    [],
  ],
  [
    'a part without a header starts after its empty line',
    crlf(MIXED, '', '--b', '', '--b--', ''),
    ['1 multipart/mixed', '1.1 text/plain ""'],
    [],
  ],
  [
    'a part may be entirely empty, which is damage',
    crlf(MIXED, '', '--b', '--b--', ''),
    ['1 multipart/mixed', '1.1 text/plain ""'],
    ['1.1 missing-blank-line'],
  ],
  [
    'white space after a boundary is padding',
    crlf(MIXED, '', '--b \t', '', 'x', '--b-- ', ''),
    ['1 multipart/mixed', '1.1 text/plain "x"'],
    [],
  ],
  [
    'a multipart without an end keeps its last part to the end',
    crlf(MIXED, '', '--b', '', 'x', ''),
    ['1 multipart/mixed', '1.1 text/plain "x\\r\\n"'],
    ['1 truncated-multipart'],
  ],
  [
    'a multipart whose boundary never comes is one leaf',
    crlf(MIXED, '', 'x'),
    ['1 multipart/mixed "x"'],
    ['1 multipart-without-parts'],
  ],
  [
    'an outer boundary ends an inner multipart that has no end',
    crlf(
      MIXED,
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'x',
      '--b--',
      '',
    ),
    ['1 multipart/mixed', '1.1 multipart/mixed', '1.1.1 text/plain "x"'],
    ['1.1 truncated-multipart'],
  ],
  [
    'a boundary that starts with an outer one is told from it',
    crlf(
      MIXED,
      '',
      '--b',
      'Content-Type: multipart/mixed; boundary=bb',
      '',
      '--bb',
      '',
      'x',
      '--bb--',
      '--b--',
    ),
    ['1 multipart/mixed', '1.1 multipart/mixed', '1.1.1 text/plain "x"'],
    [],
  ],
  [
    'a line that goes on after a boundary is content, and damage',
    crlf(MIXED, '', '--b', '', 'x', '--bc', 'y', '--b--'),
    ['1 multipart/mixed', '1.1 text/plain "x\\r\\n--bc\\r\\ny"'],
    ['1 boundary-prefix'],
  ],
  [
    'the same boundary on two levels is damage; the inner multipart gets the line',
    crlf(MIXED, '', '--b', MIXED, '', '--b', '', 'x', '--b--', '', '--b--', ''),
    ['1 multipart/mixed', '1.1 multipart/mixed', '1.1.1 text/plain "x"'],
    ['1.1 boundary-collision'],
  ],
  [
    'a boundary after the end is content of the epilogue, and damage',
    crlf(MIXED, '', '--b', '', 'x', '--b--', '--b', '', 'y'),
    ['1 multipart/mixed <--b\r\n\r\ny>', '1.1 text/plain "x"'],
    ['1 boundary-after-end'],
  ],
  [
    'a boundary after a bare carriage return is content, and damage',
    crlf(MIXED, '', '--b', '', 'x\r--b', 'y', '--b--'),
    ['1 multipart/mixed', '1.1 text/plain "x\\r--b\\r\\ny"'],
    ['1.1 bare-cr-boundary'],
  ],
  [
    'a boundary after a bare line feed in a CRLF message counts, and is damage',
    crlf(MIXED, '', '--b', '', 'x\n--b--', ''),
    ['1 multipart/mixed', '1.1 text/plain "x"'],
    ['1.1 bare-lf'],
  ],
  [
    'a boundary of more than 70 characters is used, and damage',
    crlf(
      `Content-Type: multipart/mixed; boundary=${LONG_BOUNDARY}`,
      '',
      `--${LONG_BOUNDARY}`,
      '',
      'x',
      `--${LONG_BOUNDARY}--`,
    ),
    ['1 multipart/mixed', '1.1 text/plain "x"'],
    ['1 long-boundary'],
  ],
  [
    'a multipart without a boundary is a leaf',
    crlf('Content-Type: multipart/mixed', '', '--', '', 'x'),
    ['1 multipart/mixed "--\\r\\n\\r\\nx"'],
    ['1 missing-boundary'],
  ],
  [
    'a multipart with an empty boundary is a leaf',
    crlf('Content-Type: multipart/mixed; boundary=""', '', '--', '', 'x'),
    ['1 multipart/mixed "--\\r\\n\\r\\nx"'],
    ['1 empty-boundary'],
  ],
  [
    'an attached message is entered',
    crlf(MIXED, '', '--b', 'Content-Type: message/rfc822', '', 'Subject: y', '', 'x', '--b--'),
    ['1 multipart/mixed', '1.1 message/rfc822', '1.1.1 text/plain "x"'],
    [],
  ],
  [
    'an attached message without a header is entered, and damage',
    crlf('Content-Type: message/rfc822', '', 'no header', 'x'),
    ['1 message/rfc822', '1.1 text/plain "no header\\r\\nx"'],
    ['1.1 missing-blank-line'],
  ],
  [
    'an attached message that is one unfinished line is entered',
    crlf('Content-Type: message/rfc822', 'no header'),
    ['1 message/rfc822', '1.1 text/plain "no header"'],
    ['1 missing-blank-line', '1.1 missing-blank-line'],
  ],
  [
    'an attached message in base64 is a leaf, and damage',
    crlf('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'QQ=='),
    ['1 message/rfc822 "QQ=="'],
    ['1 encoded-message'],
  ],
  [
    'parts of a digest are messages',
    crlf('Content-Type: multipart/digest; boundary=b', '', '--b', '', 'A: b', '', 'x', '--b--'),
    ['1 multipart/digest', '1.1 message/rfc822', '1.1.1 text/plain "x"'],
    [],
  ],
  [
    'a header that ends in something else is damage, and the body starts there',
    crlf('A: b', 'not a field', '', 'x'),
    ['1 text/plain "not a field\\r\\n\\r\\nx"'],
    ['1 missing-blank-line'],
  ],
  [
    'NUL in a body is damage once a part',
    crlf('A: b', '', 'x\0y\0'),
    ['1 text/plain "x\\u0000y\\u0000"'],
    ['1 nul-in-body'],
  ],
  [
    'NUL in a binary part is what it is for',
    crlf('Content-Transfer-Encoding: binary', '', '\0'),
    ['1 text/plain "\\u0000"'],
    [],
  ],
]

await t.test('structure and damage', async t => {
  for (const [name, input, want, damage] of STRUCTURES) {
    await t.test(name, t => {
      const structure = parse(input)
      t.same(outline(structure, input), want)
      t.same(damageOf(structure), damage)
      t.same(rangeProblems(structure.root, input), [])
      t.end()
    })
  }
})

await t.test('everything that MIME offers, at once', t => {
  t.same(outline(parse(RICH_MESSAGE), RICH_MESSAGE), [
    '1 multipart/mixed <This text stands before the parts.> <This text stands after the parts.\r\n>',
    '1.1 multipart/alternative',
    '1.1.1 text/plain "Gr=C3=BC=C3=9Fe =\\r\\nund mehr"',
    '1.1.2 text/html "<p>Hi -- there</p>"',
    '1.2 message/rfc822',
    '1.2.1 multipart/digest',
    '1.2.1.1 message/rfc822',
    '1.2.1.1.1 text/plain "one"',
    '1.3 application/pdf "JVBERi0xLjQKJcfsj6IK\\r\\nMSAwIG9iago="',
  ])
  t.same(damageOf(parse(RICH_MESSAGE)), [])
  t.end()
})

await t.test('over a limit the rest is one opaque part', t => {
  const many = crlf(MIXED, '', '--b', '', 'x', '--b', '', 'y', '--b', '', 'z', '--b--')
  const parts = parse(many, { maxParts: 3 })
  t.same(outline(parts, many), [
    '1 multipart/mixed',
    '1.1 text/plain "x"',
    '1.2 text/plain "y"',
    '1.3 application/octet-stream "\\r\\nz\\r\\n--b--"',
  ])
  t.same(damageOf(parts), ['1.3 part-limit'])

  const deep = crlf(
    MIXED,
    '',
    '--b',
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    '',
    'x',
    '--c--',
    '--b--',
  )
  const depth = parse(deep, { maxDepth: 2 })
  t.same(outline(depth, deep), [
    '1 multipart/mixed',
    '1.1 multipart/mixed "--c\\r\\n\\r\\nx\\r\\n--c--"',
  ])
  t.same(damageOf(depth), ['1.1 depth-limit'])

  const wide = crlf(
    MIXED,
    '',
    '--b',
    `A: ${'a'.repeat(60)}`,
    `B: ${'b'.repeat(60)}`,
    '',
    'x',
    '--b--',
  )
  const header = parse(wide, { maxHeaderBytes: 100 })
  t.same(outline(header, wide), [
    '1 multipart/mixed',
    `1.1 application/octet-stream "B: ${'b'.repeat(60)}\\r\\n\\r\\nx"`,
  ])
  t.same(damageOf(header), ['1.1 header-limit'])
  for (const [structure, bytes] of [
    [parts, many],
    [depth, deep],
    [header, wide],
  ] as const) {
    t.same(rangeProblems(structure.root, bytes), [])
  }
  t.end()
})

await t.test('a header line without end is cut at the limit', t => {
  const input = crlf('A: b', `C: ${'c'.repeat(5000)}`)
  const structure = parse(input, { maxHeaderBytes: 1000 })
  t.same(damageOf(structure), ['1 header-limit'])
  t.same(
    structure.root.fields.map(({ name }) => name),
    ['A'],
  )
  t.same(structure.root.header, { start: 0, end: 6 })
  t.end()
})

await t.test('a thousand levels and ten thousand parts are read', t => {
  const levels = Array.from({ length: 1000 }, () => 'Content-Type: message/rfc822\r\n\r\n').join('')
  t.same(damageOf(parse(Buffer.from(levels))), [`${Array(50).fill('1').join('.')} depth-limit`])
  const parts = Buffer.from(`${MIXED}\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}`)
  const { root, damage } = parse(parts)
  t.equal(root.children.length, 1000)
  t.same(damageOf({ damage }), ['1.1000 part-limit'])
  t.end()
})

await t.test('a structure is frozen', t => {
  const { root, damage } = parse(RICH_MESSAGE)
  const [first] = root.children
  for (const value of [root, root.children, root.body, root.header, root.fields, first, damage]) {
    t.ok(Object.isFrozen(value))
  }
  t.equal(first?.parent, root)
  t.end()
})

await t.test('a message cut at any byte is read, and no byte is lost', t => {
  for (let size = 0; size <= RICH_MESSAGE.length; size++) {
    const bytes = RICH_MESSAGE.subarray(0, size)
    t.same(rangeProblems(parse(bytes).root, bytes), [], `cut at ${size}`, { diagnostic: false })
  }
  t.ok(RICH_MESSAGE.length > 900)
  t.end()
})

await t.test('a message split at any byte gives the same structure', t => {
  let seen = 0
  for (const sample of SAMPLES) {
    const want = facts(parse(sample), sample)
    for (let at = 1; at < sample.length; at++) {
      const split = parseChunks([sample.subarray(0, at), sample.subarray(at)])
      t.same(facts(split, sample), want, `split at ${at}`)
      seen++
    }
    const bytewise = parseChunks(Array.from(sample, byte => Buffer.from([byte])))
    t.same(facts(bytewise, sample), want, 'byte by byte')
  }
  t.ok(seen > 1000)
  t.end()
})

await t.test('damage comes in the order of the message, however that was cut', t => {
  // Found by fuzzing.
  const bytes = Buffer.from('Content-Type:multipart/mixed; boundary=b\n\n\0\r--b[\n', 'latin1')
  const want = ['1 nul-in-body', '1 boundary-prefix', '1 multipart-without-parts']
  t.same(damageOf(parse(bytes)), want)
  t.same(damageOf(parseChunks(Array.from(bytes, byte => Buffer.from([byte])))), want)
  t.end()
})

await t.test('the last line is looked at to its end, however the message was cut', t => {
  // Found by fuzzing.
  const bytes = Buffer.from('Content-Type: multipart/mixed; boundary=b\n\n-a\r--b\0[', 'latin1')
  const want = ['1 boundary-prefix', '1 nul-in-body', '1 multipart-without-parts']
  t.same(damageOf(parse(bytes)), want)
  t.same(damageOf(parseChunks(Array.from(bytes, byte => Buffer.from([byte])))), want)
  t.end()
})

await t.test(
  'mutated messages in any chunks: no throw, same result, every byte accounted for',
  t => {
    const limits = { maxDepth: 4, maxParts: 8, maxHeaderBytes: 400 }
    const piece = fc.constantFrom(
      '\r\n',
      '\n',
      '\r',
      '\0',
      '--b',
      '--outer',
      '--outer-in',
      '--',
      '-',
      '--b--\r\n',
      '\r\n\r\n',
      ' ',
      'A: b\r\n',
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n',
      `${MIXED}\r\n\r\n--b\r\n`,
      'Content-Type: message/rfc822\r\n\r\n',
      `--b${' '.repeat(1300)}`,
      'x'.repeat(1001),
      '\r--b\r\n',
    )
    const mutation = fc.record({
      at: fc.nat(2000),
      cut: fc.nat(30),
      put: fc.array(piece, { maxLength: 4 }),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(mutation, { maxLength: 6 }),
        fc.array(fc.nat(3000), { maxLength: 8 }),
        (sample, mutations, cuts) => {
          let text = sample.toString('latin1')
          for (const { at, cut, put } of mutations) {
            const from = at % (text.length + 1)
            text = text.slice(0, from) + put.join('') + text.slice(from + cut)
          }
          const bytes = Buffer.from(text, 'latin1')
          const whole = parse(bytes, limits)
          const edges = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].toSorted(
            (a, b) => a - b,
          )
          const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
          const split = parseChunks(chunks, limits)
          const problems = rangeProblems(whole.root, bytes)
          if (problems.length > 0) throw new Error(problems.join('; '))
          if (facts(whole, bytes) !== facts(split, bytes))
            throw new Error('chunks make a difference')
        },
      ),
      { numRuns: 1500 },
    )
    t.pass('holds for 1500 messages')
    t.end()
  },
)

await t.test('a large body full of near-boundaries costs one pass', t => {
  const started = process.cpuUsage().user
  const parser = createMailParser()
  parser.write(crlf(MIXED, '', '--b', '', ''))
  const line = Buffer.from('\r--bx'.repeat(13 * 1024))
  for (let count = 0; count < 160; count++) parser.write(line)
  const { root, size } = parser.end()
  t.equal(size, root.header.end + 7 + 160 * line.length)
  t.equal(root.children.length, 1)
  t.ok(process.cpuUsage().user - started < 5_000_000, 'less than five seconds of CPU for 10 MB')
  t.end()
})

function parse(bytes: Buffer, limits: Partial<MessageLimits> = {}): MailStructure {
  return parseChunks([bytes], limits)
}

function parseChunks(
  chunks: readonly Buffer[],
  limits: Partial<MessageLimits> = {},
): MailStructure {
  const parser = createMailParser(limits)
  for (const chunk of chunks) {
    // The memory of a chunk is used again by its owner.
    const own = Buffer.from(chunk)
    parser.write(own)
    own.fill(0x2d)
  }
  return parser.end()
}

/** Everything that a structure says, as text. */
function facts(structure: MailStructure, bytes: Buffer): string {
  const damage = structure.damage.map(({ id, part, at }) => `${part} ${id} ${at}`)
  const fields = JSON.stringify(structure.root.fields)
  return [...outline(structure, bytes), ...damage, fields, structure.size].join('\n')
}
