import fc from 'fast-check'
import t from 'tap'
import { decodeHeaderText } from 'postseal/plugin'
import { breakOverlong, foldHeader, isOverlong } from '../../../plugins/rewrite/mark/fold-header.js'
import { headerPieces, unfolded } from '../../../plugins/rewrite/mark/header-pieces.js'
import plugin from '../../../plugins/rewrite/mark/index.js'
import { lockFinder } from '../../../plugins/rewrite/mark/lock-symbols.js'
import { rewriteSubject, subjectText } from '../../../plugins/rewrite/mark/rewrite-subject.js'
import { setLock } from '../../../plugins/rewrite/mark/set-lock.js'
import { withoutRanges } from '../../../plugins/rewrite/mark/without-ranges.js'
import type { Mail } from '../../../src/message/mail.js'
import type { Label } from '../../../src/policy/model.js'
import { decisionOf, editsOf, mailOf } from '../../support/plugins-run.js'

const LOCKS = ['🔒', '🔐', '[secure]']
const NO_TAGS = { start: 0, end: 0 }
const SAID = 'transport=qualified'

await t.test('a lock', t => {
  const find = lockFinder([...LOCKS, '\u200b', ''])
  const cases: [string, string, string][] = [
    ['is found anywhere', 'a 🔒 b 🔐', 'a  b '],
    ['is found with its variation selector', 'a🔒\ufe0fb', 'ab'],
    ['is found with the other one, and several', 'a🔒\ufe0e\ufe0f\u200db', 'ab'],
    ['is found under a combining mark', '🔒\u20ddb', 'b'],
    ['is found as text in any case and width', '［SeCuRe］b', 'b'],
    ['is found with invisible characters inside', '[se\u200bcu\u00adre]b', 'b'],
    ['that appears when one is taken out goes too', '[sec[secure]ure]b', 'b'],
    ['is found twice in a row', '🔒🔒b', 'b'],
    ['is not an open lock or a key', '🔓🔑', '🔓🔑'],
    ['is not half of a text', '[secure', '[secure'],
    ['is not in an empty subject', '', ''],
  ]
  for (const [name, text, want] of cases) {
    let rest = text
    for (const { start, end } of [...find(text)].reverse()) {
      rest = rest.slice(0, start) + rest.slice(end)
    }
    t.equal(rest, want, name)
  }
  t.end()
})

await t.test('a subject', async t => {
  const long = 'word '.repeat(20).trim()
  const cases: [string, string, { start: number; end: number }, string | undefined][] = [
    ['without lock or tag is not touched', 'Offer =?utf-8?q?=C3=BC?=', NO_TAGS, undefined],
    ['that is odd but has no lock is not touched', '  =?x?q?=?=   a\n\n b', NO_TAGS, undefined],
    ['loses a tag at the start', '[secret] Offer', { start: 1, end: 0 }, 'Offer'],
    ['loses a tag at the end', 'Offer [secret]', { start: 0, end: 1 }, 'Offer'],
    ['loses two tags', '[a][b] Offer', { start: 2, end: 0 }, 'Offer'],
    ['loses a tag that touches the text', '[a]Offer[b]', { start: 1, end: 1 }, 'Offer'],
    ['loses a word tag', 'CRYPT: Offer', { start: 1, end: 0 }, 'Offer'],
    ['of nothing but a tag becomes empty', '[a]', { start: 1, end: 0 }, ''],
    ['keeps the reply prefix behind a tag', '[a] Re: Offer', { start: 1, end: 0 }, 'Re: Offer'],
    ['loses a lock inside a reply', 'Re: =?utf-8?q?=F0=9F=94=92?= Offer', NO_TAGS, 'Re: Offer'],
    [
      'keeps the space that stands inside an encoded word',
      'Re: =?utf-8?b?8J+UkiBGw7xy?= you',
      NO_TAGS,
      'Re: =?utf-8?q?F=C3=BCr?= you',
    ],
    [
      'keeps the encoded words that are not concerned',
      '[a] =?iso-8859-1?Q?gr=FC=DFe?= all',
      { start: 1, end: 0 },
      '=?iso-8859-1?Q?gr=FC=DFe?= all',
    ],
    [
      'keeps a fold that is not concerned',
      `[a] Offer\n  of the day`,
      { start: 1, end: 0 },
      'Offer\n  of the day',
    ],
    ['loses the fold beside a tag', '[a]\n Offer', { start: 1, end: 0 }, 'Offer'],
    ['loses a fold that holds nothing', '[a] b\n \n c', { start: 1, end: 0 }, 'b \n c'],
    [
      'loses a tag in encoded words, split inside a character',
      '=?utf-8?q?=5Bgeh=C3?=\n =?utf-8?q?=BCm=5D_Gr=C3=BC=C3=9Fe?= Max',
      { start: 1, end: 0 },
      '=?utf-8?q?Gr=C3=BC=C3=9Fe?= Max',
    ],
    ['in raw UTF-8 stays raw', '[gehüm] Grüße 🔒\ufe0f Max', { start: 1, end: 0 }, 'Grüße Max'],
    [
      'keeps a word that the lock stood between two others of',
      '=?utf-8?q?=C3=BC?= 🔒 =?utf-8?q?=C3=A4?=',
      NO_TAGS,
      '=?utf-8?b?w7wgw6Q=?=',
    ],
    [
      'is folded where it is long',
      `[a] ${long}`,
      { start: 1, end: 0 },
      `${'word '.repeat(13)}word\n ${'word '.repeat(6).trim()}`,
    ],
    [
      'keeps an encoded CR as it stands',
      '[a] b=?utf-8?q?=0D?=',
      { start: 1, end: 0 },
      'b=?utf-8?q?=0D?=',
    ],
    ['with a bare CR is written without it', '[a] b\rc', { start: 1, end: 0 }, 'b c'],
  ]
  for (const [name, value, tags, want] of cases) {
    const mail = await utf8Mail(`Subject: ${value}\n\nHello\n`)
    const [field] = mail.root.fields
    t.ok(field)
    if (field !== undefined) t.equal(rewriteSubject(field, lockFinder(LOCKS), tags), want, name)
  }
  t.end()
})

await t.test('a subject that is not UTF-8 becomes encoded words', async t => {
  const { root } = await mailOf('Subject: [a] Gr\xfc\xdfe\n\nHello\n')
  const [field] = root.fields
  t.ok(field)
  if (field === undefined) return
  const value = rewriteSubject(field, lockFinder(LOCKS), { start: 1, end: 0 })
  t.equal(value, '=?utf-8?q?Gr=C3=BC=C3=9Fe?=')
})

await t.test('folding', t => {
  const wide = 'ü'.repeat(2000)
  t.equal(foldHeader('Subject', 'short'), 'short')
  t.equal(
    foldHeader('Subject', `${'x'.repeat(80)} y`),
    `${'x'.repeat(80)}\n y`,
    'a word is not cut',
  )
  t.equal(foldHeader('S', `${'x'.repeat(74)} `), `${'x'.repeat(74)} `, 'the end is not a line')
  t.equal(
    foldHeader('Subject', 'a\u3000'.repeat(40)),
    'a\u3000'.repeat(40),
    'only at space and tab',
  )
  t.notOk(isOverlong(wide.slice(0, 400)))
  t.ok(isOverlong(wide))
  t.notOk(isOverlong(breakOverlong(`${wide}\n ${wide}`)))
  t.equal(breakOverlong(wide).replaceAll('\n ', ''), wide, 'breaking loses no character')
  t.equal(breakOverlong('a b'), 'a b')
  t.end()
})

await t.test('the pieces of a value are the value', t => {
  const value = 'a =?utf-8?q?b?=\n =?utf-8?q?c?= d\n e'
  const pieces = headerPieces(value)
  t.equal(pieces.map(({ written }) => written).join(''), value)
  t.same(
    pieces.map(({ text, isEncoded }) => [text, isEncoded]),
    [
      ['a ', false],
      ['bc', true],
      [' d e', false],
    ],
  )
  t.end()
})

const TAGGED: Label = {
  plugin: 'classify/any',
  id: 'subject-tag-start',
  class: 'high',
  count: 1,
  why: 'the subject begins with [a]',
}

await t.test('the plugin', async t => {
  const cases: [string, string, readonly Label[], object, unknown[]][] = [
    ['asks for nothing without lock, tag and header', 'Subject: Offer', [], {}, []],
    ['asks for nothing without a subject', 'To: b@example.net', [TAGGED], {}, []],
    [
      'takes off the tag that a label reports',
      'Subject: [a] Offer',
      [TAGGED],
      {},
      [{ kind: 'set-header', name: 'Subject', value: 'Offer', occurrence: 1 }],
    ],
    ['leaves a tag that no label reports', 'Subject: [a] Offer', [], {}, []],
    [
      'leaves a tag that is reported as quoted',
      'Subject: Re: [a] Offer',
      [{ ...TAGGED, id: 'subject-tag-quoted' }],
      {},
      [],
    ],
    [
      'leaves tags when the setting says so',
      'Subject: [a] Offer',
      [TAGGED],
      { remove_tags: false },
      [],
    ],
    [
      'takes as many tags as the labels count together',
      'Subject: [a] [b] [c] Offer [d]',
      [
        { ...TAGGED, count: 2 },
        { ...TAGGED, id: 'subject-tag-end' },
        { ...TAGGED, id: 'other', count: 9 },
      ],
      {},
      [{ kind: 'set-header', name: 'Subject', value: '[c] Offer', occurrence: 1 }],
    ],
    [
      'removes a subject of which nothing is left',
      'Subject: [a]',
      [TAGGED],
      {},
      [{ kind: 'remove-header', name: 'Subject', occurrence: 1 }],
    ],
    [
      'takes locks, not tags, from each of several subjects',
      'Subject: [a] Offer\nsubject: 🔒 [a] Offer',
      [TAGGED],
      {},
      [{ kind: 'set-header', name: 'subject', value: '[a] Offer', occurrence: 2 }],
    ],
    [
      'removes a header that states protection',
      'X-Postseal-protection: qtls\nSubject: Offer',
      [],
      {},
      [{ kind: 'remove-header', name: 'x-postseal-protection' }],
    ],
    [
      'follows symbols and headers of the settings',
      'X-Sealed: yes\nSubject: 🔒 OK Offer',
      [],
      { symbols: ['OK'], headers: ['x-sealed'], lock: '' },
      [
        { kind: 'set-header', name: 'Subject', value: '🔒 Offer', occurrence: 1 },
        { kind: 'remove-header', name: 'x-sealed' },
      ],
    ],
    ['sets no lock as long as nothing is bound', 'Subject: Offer', [], {}, []],
  ]
  for (const [name, header, labels, settings, want] of cases) {
    const mail = await utf8Mail(`${header}\n\nHello\n`)
    const decision = decisionOf('confidential', { labels, level: 'qualified' })
    t.same(await editsOf(plugin, mail, decision, settings), want, name)
  }
  t.end()
})

await t.test('a message that only qualified transport carries shows the lock', async t => {
  const lock = '=?utf-8?q?=F0=9F=94=92?='
  const cases: [
    name: string,
    header: string,
    settings: Record<string, unknown>,
    want: unknown[],
  ][] = [
    ['in front of an ASCII subject', 'Subject: Offer', {}, [`${lock} Offer`, SAID]],
    [
      'in front of an encoded one, with a blank that is shown',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      {},
      ['=?utf-8?b?8J+UkiA=?= =?utf-8?q?Gr=C3=BC=C3=9Fe?=', SAID],
    ],
    ['raw before raw UTF-8', 'Subject: Grüße', {}, ['🔒 Grüße', SAID]],
    [
      'once, whatever a client put there',
      'Subject: 🔒 Re: 🔐 Offer',
      {},
      [`${lock} Re: Offer`, SAID],
    ],
    ['of the settings', 'Subject: Offer', { lock: '[sicher]' }, ['[sicher] Offer', SAID]],
    ['in the header only', 'Subject: Offer', { lock: '' }, [SAID]],
    ['nowhere but in the subject', 'Subject: Offer', { headers: [] }, [`${lock} Offer`]],
    ['although there was no subject', 'From: a@b.example', {}, [lock, SAID]],
  ]
  for (const [name, header, settings, want] of cases) {
    const mail = await utf8Mail(`${header}\n\nHello\n`)
    const edits = await editsOf(plugin, mail, { ...decisionOf(), pin: 'qtls' }, settings)
    t.same(
      edits.map(edit => 'value' in edit && edit.value),
      want,
      name,
    )
  }
  const mail = await utf8Mail('X-Postseal-Protection: forged\nSubject: 🔒 Offer\n\nHello\n')
  for (const pin of ['tls', 'sealed', 'split', 'hand-over-x']) {
    const edits = await editsOf(plugin, mail, { ...decisionOf(), pin })
    t.same(
      edits.map(({ kind }) => kind),
      ['set-header', 'remove-header'],
      `${pin}: the lock is only taken off`,
    )
  }
})

await t.test('a symbol that nobody sees is refused', async t => {
  const mail = await mailOf('Subject: x\n\n')
  await t.rejects(editsOf(plugin, mail, decisionOf(), { symbols: ['\ufe0f '] }))
  t.end()
})

const piece = fc.constantFrom(
  '🔒',
  '\ufe0f',
  '🔐',
  '[secure]',
  '[sec',
  'ure]',
  ' ',
  '\n ',
  'ü',
  '=?',
  '?=',
  '=?utf-8?b?8J+Ukg==?=',
  '=?utf-8?q?a=C3=BC?=',
  '=?iso-8859-1?q?=FC_?=',
  'word',
)
const subjects = fc
  .array(fc.oneof(piece, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 15 })
  .map(list => list.join('').replaceAll(/[\0\r]|\n(?! )/gu, ''))

await t.test('after the rewriting no lock is left, and a second one changes nothing', async t => {
  const find = lockFinder(LOCKS)
  let changed = 0
  await fc.assert(
    fc.asyncProperty(subjects, fc.nat(2), fc.nat(2), async (subject, start, end) => {
      const [field] = (await utf8Mail(`Subject: x${subject}\n\n`)).root.fields
      if (field === undefined) return false
      const value = rewriteSubject(field, find, { start, end })
      if (value === undefined) return true
      changed++
      const [again] = (await utf8Mail(`Subject: ${value}\n\n`)).root.fields
      const lines = `Subject: ${value}`.split('\n')
      return (
        find(decodeHeaderText(unfolded(value))).length === 0 &&
        lines.slice(1).every(line => /^[ \t]+[^ \t]/u.test(line)) &&
        lines.every(line => Buffer.byteLength(line) <= 998) &&
        (again === undefined || rewriteSubject(again, find, NO_TAGS) === undefined)
      )
    }),
    { numRuns: 500 },
  )
  t.ok(changed > 50, `${changed} subjects changed`)
})

await t.test('a lock that was set comes off again and leaves the subject as it was', async t => {
  const find = lockFinder(LOCKS)
  let seen = 0
  await fc.assert(
    fc.asyncProperty(subjects, async subject => {
      const [field] = (await utf8Mail(`Subject: x${subject}\n\n`)).root.fields
      if (field === undefined || find(decodeHeaderText(field.value)).length > 0) return true
      seen++
      const text = subjectText(field)
      const [locked] = (await utf8Mail(`Subject: ${setLock('Subject', text, '🔒')}\n\n`)).root
        .fields
      if (locked === undefined) return false
      const shown = decodeHeaderText(locked.value)
      const off = rewriteSubject(locked, find, NO_TAGS) ?? ''
      const squeezed = (one: string): string => one.replaceAll(/\s+/gu, '')
      return (
        shown.startsWith('🔒 ') &&
        squeezed(decodeHeaderText(unfolded(off))) === squeezed(decodeHeaderText(unfolded(text)))
      )
    }),
    { numRuns: 500 },
  )
  t.ok(seen > 50, `${seen} subjects`)
})

await t.test('what is outside the ranges keeps its text', t => {
  let seen = 0
  fc.assert(
    fc.property(subjects, fc.nat(), fc.nat(10), (subject, from, length) => {
      const text = decodeHeaderText(unfolded(subject))
      const start = from % (text.length + 1)
      const end = Math.min(text.length, start + length)
      if (splitsPair(text, start) || splitsPair(text, end) || start === end) return true
      seen++
      const rest = decodeHeaderText(unfolded(withoutRanges('Subject', subject, [{ start, end }])))
      const squeezed = (text: string): string => text.replaceAll(/\s+/gu, '')
      return squeezed(rest) === squeezed(text.slice(0, start) + text.slice(end))
    }),
    { numRuns: 500 },
  )
  t.ok(seen > 50, `${seen} ranges`)
  t.end()
})

await t.test('a subject of any size is done in linear time', async t => {
  let seen = 0
  for (const part of ['🔒', '[sec', '[secure]', ' ', '=?utf-8?q?=F0=9F=94=92?= ', 'x\n ', '=?']) {
    const [field] = (await utf8Mail(`Subject: 🔒${part.repeat(80_000 / part.length)}x\n\n`)).root
      .fields
    const before = process.cpuUsage().user
    if (field !== undefined) rewriteSubject(field, lockFinder(LOCKS), { start: 16, end: 16 })
    t.ok(process.cpuUsage().user - before < 5_000_000, `80 kB of ${JSON.stringify(part)}`)
    seen++
  }
  t.ok(seen > 0)
})

function splitsPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))
}

/** Header text as UTF-8, also when all of it would fit into latin1. */
function utf8Mail(text: string): Promise<Mail> {
  return mailOf(Buffer.from(text).toString('latin1'))
}
