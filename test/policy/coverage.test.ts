import t from 'tap'
import fc from 'fast-check'
import { coverage } from '../../src/policy/coverage.js'
import {
  SYSTEMS,
  VERDICTS,
  type Finding,
  type ReadableContent,
  type ReadablePiece,
} from '../../src/policy/model.js'

const piece = (path: string, change: Partial<ReadablePiece> = {}): ReadablePiece => ({
  path,
  place: 'body',
  hasContent: true,
  fileName: undefined,
  ...change,
})
const file = (path: string): ReadablePiece =>
  piece(path, { place: 'attachment', fileName: 'a.pdf' })
const finding = (
  part: string,
  verdict: Finding['verdict'],
  change: Partial<Finding> = {},
): Finding => ({
  plugin: 'detect/test',
  system: 'smime',
  part,
  verdict,
  why: 'test',
  ...change,
})
const content = (
  pieces: readonly ReadablePiece[],
  change: Partial<ReadableContent> = {},
): ReadableContent => ({
  form: 'mail',
  pieces,
  undecidable: [],
  ambiguous: [],
  passwordAt: undefined,
  ...change,
})

const RANGES = { ranges: [{ start: 0, end: 9 }] }
const DOUBT = { path: '1.3', why: 'who knows' }

t.test('the verdict on a message as a whole', async t => {
  const cases: [string, ReadableContent, Finding[], object][] = [
    [
      'nothing at all',
      content([]),
      [],
      { verdict: 'not-encrypted', coverage: 'none', system: null, strength: 'none' },
    ],
    [
      'readable text',
      content([piece('1')]),
      [],
      { verdict: 'not-encrypted', why: 'nothing is protected' },
    ],
    [
      'a signed text',
      content([piece('1')]),
      [finding('1', 'not-encrypted')],
      { verdict: 'not-encrypted', system: null, why: 'nothing is protected: test' },
    ],
    [
      'one encrypted part',
      content([piece('1')]),
      [finding('1', 'encrypted')],
      { verdict: 'encrypted', coverage: 'whole', system: 'smime', strength: 'strong' },
    ],
    [
      'one weak part',
      content([piece('1')]),
      [finding('1', 'weak')],
      { verdict: 'weak', coverage: 'whole', strength: 'weak' },
    ],
    [
      'one partial part',
      content([piece('1')]),
      [finding('1', 'partial')],
      { verdict: 'partial', coverage: 'part', strength: 'strong' },
    ],
    [
      'one undecided part',
      content([piece('1')]),
      [finding('1', 'unknown')],
      { verdict: 'unknown', coverage: 'none', system: null, strength: 'none' },
    ],
    [
      'a readable body beside',
      content([piece('1.1'), file('1.2')]),
      [finding('1.2', 'encrypted')],
      {
        verdict: 'partial',
        coverage: 'attachments',
        why: 'readable beside protected content: 1.1',
      },
    ],
    [
      'a readable attachment beside',
      content([piece('1.1'), file('1.2')]),
      [finding('1.1', 'encrypted')],
      { verdict: 'partial', coverage: 'body' },
    ],
    [
      'one of two attachments',
      content([piece('1.1'), file('1.2'), file('1.3')]),
      [finding('1.2', 'encrypted')],
      { verdict: 'partial', coverage: 'part' },
    ],
    [
      'a blank body beside',
      content([piece('1.1', { hasContent: false }), file('1.2')]),
      [finding('1.2', 'encrypted')],
      {
        verdict: 'encrypted',
        coverage: 'whole',
        why: 'all content is protected; 1 file name(s) are readable',
      },
    ],
    [
      'a readable preamble',
      content([piece('1', { place: 'preamble' }), piece('1.1')]),
      [finding('1.1', 'encrypted')],
      { verdict: 'partial', why: 'readable beside protected content: 1 (preamble)' },
    ],
    [
      'a readable epilogue',
      content([piece('1.1'), piece('1', { place: 'epilogue' })]),
      [finding('1.1', 'encrypted')],
      { verdict: 'partial' },
    ],
    [
      'a preamble is not covered by a finding on its multipart',
      content([piece('1', { place: 'preamble' }), piece('1.1')]),
      [finding('1', 'encrypted'), finding('1.1', 'encrypted')],
      { verdict: 'partial' },
    ],
    [
      'a finding on a container covers none of its leaves',
      content([piece('1.1')]),
      [finding('1', 'encrypted')],
      { verdict: 'not-encrypted', coverage: 'none' },
    ],
    [
      'a control part that is accounted for',
      content([file('1.1'), file('1.2')]),
      [finding('1.2', 'encrypted', { accounts: ['1.1'] })],
      { verdict: 'encrypted', coverage: 'whole' },
    ],
    [
      'a block in a part that holds nothing else',
      content([piece('1', { hasContent: false })]),
      [finding('1', 'encrypted', RANGES)],
      { verdict: 'encrypted', coverage: 'whole' },
    ],
    [
      'a block beside text',
      content([piece('1')]),
      [finding('1', 'encrypted', RANGES)],
      { verdict: 'partial', coverage: 'part' },
    ],
    [
      'two readings of the same bytes',
      content([piece('1')]),
      [finding('1', 'encrypted'), finding('1', 'not-encrypted', { system: 'pgp' })],
      { verdict: 'partial' },
    ],
    [
      'weak beside readable text, in a mail',
      content([piece('1.1'), file('1.2')]),
      [finding('1.2', 'weak')],
      { verdict: 'weak', coverage: 'attachments', strength: 'weak' },
    ],
    [
      'weak beside something readable, in a bare file',
      content([piece('1.1'), file('1.2')], { form: 'file' }),
      [finding('1.2', 'weak')],
      { verdict: 'partial' },
    ],
    [
      'weak beside strong',
      content([piece('1.1'), file('1.2')]),
      [finding('1.1', 'encrypted'), finding('1.2', 'weak', { system: 'zip' })],
      {
        verdict: 'partial',
        system: 'zip',
        strength: 'weak',
        coverage: 'body',
        why: 'readable beside protected content: 1.2 (weak)',
      },
    ],
    [
      'unknown goes before partial',
      content([piece('1.1'), file('1.2'), file('1.3')]),
      [finding('1.2', 'encrypted'), finding('1.3', 'unknown')],
      { verdict: 'unknown', system: 'smime', why: '1.3: test' },
    ],
    [
      'unknown goes before weak',
      content([piece('1.1'), file('1.2')]),
      [finding('1.1', 'weak'), finding('1.2', 'unknown')],
      { verdict: 'unknown' },
    ],
    [
      'what cannot be unpacked',
      content([piece('1.1')], { undecidable: [DOUBT] }),
      [],
      { verdict: 'unknown', why: '1.3: who knows' },
    ],
    [
      'a header that can be read in two ways beside protection',
      content([piece('1')], { ambiguous: [DOUBT] }),
      [finding('1', 'encrypted')],
      { verdict: 'unknown' },
    ],
    [
      'a header that can be read in two ways, readable in both',
      content([piece('1')], { ambiguous: [DOUBT] }),
      [],
      { verdict: 'not-encrypted' },
    ],
    [
      'a header that may hide protection',
      content([piece('1')], { ambiguous: [{ ...DOUBT, mayHideProtection: true }] }),
      [],
      { verdict: 'unknown' },
    ],
    [
      'a password in the same mail',
      content([piece('1.1'), file('1.2')], { passwordAt: '1.1' }),
      [finding('1.2', 'encrypted', { system: 'zip' })],
      {
        verdict: 'not-encrypted',
        system: null,
        strength: 'none',
        coverage: 'none',
        why: 'a password stands in the same mail (1.1)',
      },
    ],
    [
      'a password goes before unknown',
      content([piece('1.1'), file('1.2')], { passwordAt: 'subject' }),
      [finding('1.2', 'unknown', { system: 'pdf' })],
      { verdict: 'not-encrypted' },
    ],
    [
      'a password goes before weak',
      content([piece('1.1'), file('1.2')], { passwordAt: '1.1' }),
      [finding('1.2', 'weak', { system: 'zip' })],
      { verdict: 'not-encrypted' },
    ],
    [
      'a password that is not for this content',
      content([piece('1.1'), file('1.2')], { passwordAt: '1.1' }),
      [finding('1.2', 'encrypted')],
      { verdict: 'partial' },
    ],
    [
      'a password and nothing to open',
      content([piece('1.1')], { passwordAt: '1.1' }),
      [finding('1.1', 'not-encrypted', { system: 'zip' })],
      { verdict: 'not-encrypted', why: 'nothing is protected: test' },
    ],
  ]
  for (const [name, readable, findings, want] of cases)
    t.match(coverage(readable, findings), want, name)
  t.ok(cases.length > 0)
})

t.test('parts come in document order, frozen, without what only the gateway needs', async t => {
  const verdict = coverage(content([]), [
    finding('1.10', 'encrypted', { accounts: ['1.1'] }),
    finding('1.2', 'weak', RANGES),
  ])
  t.same(verdict.parts, [
    { path: '1.2', system: 'smime', verdict: 'weak', why: 'test' },
    { path: '1.10', system: 'smime', verdict: 'encrypted', why: 'test' },
  ])
  t.ok(Object.isFrozen(verdict) && Object.isFrozen(verdict.parts))
})

t.test('a long list of readable parts is counted', async t => {
  const pieces = [1, 2, 3, 4, 5, 6, 7].map(number => piece(`1.${number}`))
  const { why } = coverage(content(pieces), [finding('1.1', 'encrypted')])
  t.equal(why, 'readable beside protected content: 1.2, 1.3, 1.4, 1.5, 1.6 and 1 more')
})

t.test('whatever the findings, encrypted means that nothing readable is left', async t => {
  const paths = ['1.1', '1.2', '1.3']
  const anyPiece = fc.record({
    path: fc.constantFrom(...paths),
    place: fc.constantFrom('body', 'attachment', 'preamble', 'epilogue'),
    hasContent: fc.boolean(),
    fileName: fc.constant(undefined),
  })
  const anyFinding = fc.record({
    plugin: fc.constant('detect/test'),
    system: fc.constantFrom(...SYSTEMS),
    part: fc.constantFrom(...paths),
    verdict: fc.constantFrom(...VERDICTS),
    why: fc.constant('test'),
  })
  fc.assert(
    fc.property(
      fc.array(anyPiece, { maxLength: 4 }),
      fc.array(anyFinding, { maxLength: 4 }),
      (pieces, findings) => {
        const { verdict, coverage: extent, strength } = coverage(content(pieces), findings)
        if (
          findings.some(({ verdict }) => verdict === 'unknown') &&
          verdict !== 'not-encrypted' &&
          verdict !== 'unknown'
        )
          return false
        const open = pieces.some(
          ({ path, place, hasContent }) =>
            hasContent &&
            (place === 'preamble' ||
              place === 'epilogue' ||
              !findings.some(({ part, verdict }) => part === path && verdict === 'encrypted')),
        )
        if (verdict === 'encrypted') return !open && extent === 'whole' && strength === 'strong'
        if (verdict === 'not-encrypted') return extent === 'none' && strength === 'none'
        return true
      },
    ),
    { numRuns: 2000 },
  )
  t.pass('2000 combinations')
})
