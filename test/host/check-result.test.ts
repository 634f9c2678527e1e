import fc from 'fast-check'
import t from 'tap'
import { ResultError, checkResult, type ListStage } from '../../src/host/check-result.js'
import { parseMail } from '../../src/message/parse-mail.js'

const HEADER = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'
const MAIL = parseMail(
  Buffer.from(`${HEADER}--b\r\n\r\nfirst part\r\n--b\r\n\r\nsecond\r\n--b--\r\n`),
)
const BODY = HEADER.length
const END = MAIL.source.size

const label = { id: 'tag', class: 'high', why: 'seen' }
const finding = { system: 'zip', part: '1.2', verdict: 'encrypted', why: 'seen' }
const header = { kind: 'add-header', name: 'X-A', value: 'b' }
const splice = { kind: 'splice', start: BODY, end: BODY + 2, bytes: Buffer.from('x') }

const GOOD: readonly (readonly [string, ListStage, unknown])[] = [
  ['no result', 'classify', []],
  ['a label', 'classify', [label]],
  ['a label with part and count', 'classify', [{ ...label, part: '1.1', count: 3 }]],
  ['a finding', 'detect', [finding]],
  ['a finding that accounts for parts', 'detect', [{ ...finding, accounts: ['1.1'] }]],
  [
    'a finding with ranges',
    'detect',
    [
      {
        ...finding,
        part: '1.1',
        ranges: [
          { start: 0, end: 4 },
          { start: 4, end: 10 },
        ],
      },
    ],
  ],
  ['a new header', 'rewrite', [header]],
  ['a new header with a place', 'rewrite', [{ ...header, at: 'top' }]],
  ['a folded header', 'rewrite', [{ ...header, value: 'a\n b\n\tc' }]],
  ['a changed header', 'rewrite', [{ ...header, kind: 'set-header', occurrence: 2 }]],
  ['a removed header', 'rewrite', [{ kind: 'remove-header', name: 'X-A' }]],
  ['splices in any order', 'rewrite', [{ ...splice, start: END, end: END }, splice]],
]

for (const [name, stage, raw] of GOOD) {
  void t.test(`${name} is taken and frozen`, async t => {
    const results = checkResult(stage, `${stage}/x`, raw, MAIL)
    const named = stage === 'rewrite' ? {} : { plugin: `${stage}/x` }
    t.strictSame(
      results,
      (raw as object[]).map(entry => ({ ...named, ...entry })),
    )
    t.ok(Object.isFrozen(results) && results.every(each => Object.isFrozen(each)))
  })
}

const BAD: readonly (readonly [string, ListStage, unknown, RegExp])[] = [
  ['nothing', 'classify', undefined, /gave a value of type undefined in place of a list/],
  ['null', 'classify', null, /gave null in place/],
  ['a text', 'detect', 'encrypted', /type string in place/],
  ['an object like a list', 'classify', { length: 1, 0: label }, /type object in place/],
  ['a list with a hole', 'classify', Array(1), /whose 1 is wrong/],
  ['too many', 'classify', Array.from({ length: 50_001 }, () => label), /more than 50000 results/],
  ['an unknown class', 'classify', [label, { ...label, class: 'low' }], /whose 2\.class is wrong/],
  ['no reason', 'classify', [{ id: 'a', class: 'high' }], /whose 1\.why is wrong/],
  ['an endless reason', 'classify', [{ ...label, why: 'x'.repeat(2001) }], /whose 1\.why/],
  ['a name of its own', 'classify', [{ ...label, plugin: 'classify/other' }], /whose 1 is wrong/],
  ['an unknown field', 'classify', [{ ...label, text: 'secret' }], /whose 1 is wrong/],
  ['an id with spaces', 'classify', [{ ...label, id: 'a b' }], /whose 1\.id/],
  ['a count below zero', 'classify', [{ ...label, count: -1 }], /whose 1\.count/],
  ['an undefined part', 'classify', [{ ...label, part: undefined }], /whose 1\.part/],
  [
    'a part that is not there',
    'classify',
    [{ ...label, part: '1.3' }],
    /1 for a part that the message does not have/,
  ],
  ['a path that is none', 'detect', [{ ...finding, part: '1..2' }], /whose 1\.part/],
  ['an unknown system', 'detect', [{ ...finding, system: 'rot13' }], /whose 1\.system/],
  ['a verdict that is none', 'detect', [{ ...finding, verdict: 'fine' }], /whose 1\.verdict/],
  ['an absent accounted part', 'detect', [{ ...finding, accounts: ['2'] }], /does not have/],
  [
    'a range beyond its part',
    'detect',
    [{ ...finding, ranges: [{ start: 0, end: 7 }] }],
    /outside its part/,
  ],
  [
    'an empty range',
    'detect',
    [{ ...finding, ranges: [{ start: 1, end: 1 }] }],
    /outside its part/,
  ],
  [
    'ranges that overlap',
    'detect',
    [
      {
        ...finding,
        ranges: [
          { start: 0, end: 3 },
          { start: 2, end: 4 },
        ],
      },
    ],
    /outside its part/,
  ],
  ['an unknown edit', 'rewrite', [{ kind: 'delete' }], /whose 1\.kind/],
  ['a header name with colon', 'rewrite', [{ ...header, name: 'X:' }], /cannot be made/],
  ['a header name with line break', 'rewrite', [{ ...header, name: 'X\nY' }], /cannot be made/],
  ['a value with a new line', 'rewrite', [{ ...header, value: 'a\nX-B: c' }], /cannot be made/],
  ['a value with a bare CR', 'rewrite', [{ ...header, value: 'a\rX-B: c' }], /cannot be made/],
  ['occurrence 0', 'rewrite', [{ ...header, kind: 'set-header', occurrence: 0 }], /1\.occurrence/],
  ['a splice in the header', 'rewrite', [{ ...splice, start: BODY - 1 }], /cannot be made/],
  ['a splice beyond the end', 'rewrite', [{ ...splice, end: END + 1 }], /cannot be made/],
  ['a splice backwards', 'rewrite', [{ ...splice, start: BODY + 3 }], /cannot be made/],
  ['splices that overlap', 'rewrite', [splice, { ...splice, start: BODY + 1 }], /cannot be made/],
  ['bytes that are text', 'rewrite', [{ ...splice, bytes: 'x' }], /whose 1\.bytes/],
  [
    'more bytes than a message may grow by',
    'rewrite',
    [{ ...splice, bytes: Buffer.alloc(64 * 1024 * 1024 + 1) }],
    /more bytes than/,
  ],
]

for (const [name, stage, raw, want] of BAD) {
  void t.test(`${name} is refused`, async t => {
    t.throws(() => checkResult(stage, `${stage}/x`, raw, MAIL), {
      name: 'ResultError',
      message: want,
    })
  })
}

void t.test('control characters in a reason are made harmless', async t => {
  const raw = [{ ...label, why: 'file "a\r\n\u001b[2Jb"' }]
  t.equal(
    checkResult('classify', 'classify/x', raw, MAIL)[0]?.why,
    'file "a\ufffd\ufffd\ufffd[2Jb"',
  )
})

void t.test('what a plugin keeps of its result cannot change it', async t => {
  const bytes = Buffer.from('abc')
  const [edit] = checkResult('rewrite', 'rewrite/x', [{ ...splice, bytes }], MAIL)
  bytes.fill(0)
  t.equal(edit?.kind === 'splice' && edit.bytes.toString(), 'abc')
})

void t.test(
  'anything is taken or refused with a ResultError that quotes no text of it',
  async t => {
    const field = fc.oneof(
      fc.anything(),
      fc.constantFrom('SECRET', '1.1', 'high', 'zip', 'splice', 0),
    )
    const entry = fc.dictionary(
      fc.constantFrom('id', 'class', 'why', 'part', 'system', 'verdict', 'kind', 'start', 'SECRET'),
      field,
    )
    const stage = fc.constantFrom<ListStage>('classify', 'detect', 'rewrite')
    const property = fc.property(stage, fc.oneof(fc.anything(), fc.array(entry)), (stage, raw) => {
      try {
        checkResult(stage, `${stage}/x`, raw, MAIL)
        return true
      } catch (thrown) {
        return thrown instanceof ResultError && !thrown.message.includes('SECRET')
      }
    })
    fc.assert(property, { numRuns: 3000 })
    t.pass('3000 values')
  },
)
