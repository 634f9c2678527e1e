import fc from 'fast-check'
import t from 'tap'
import { subjectToken } from 'postseal/plugin'
import { findTags, type Sighting } from '../../../plugins/classify/subject-tag/find-tags.js'
import plugin from '../../../plugins/classify/subject-tag/index.js'
import { tagList } from '../../../plugins/classify/subject-tag/tag-list.js'
import { labelsOf, mailOf } from '../../support/plugins-run.js'

const LIST = tagList([
  ['high', ['[intern]', '[secure]', 'VERSCHL']],
  ['confidential', ['[secure]', '[pw:*]', '[verschlüsseln]', 'CRYPT']],
])

const start = (riskClass: 'high' | 'confidential', ...tags: string[]): Sighting => ({
  place: 'start',
  class: riskClass,
  tags,
})

await t.test('a tag', t => {
  const cases: [string, string, readonly Sighting[]][] = [
    ['counts at the start', '[secure] Offer', [start('confidential', '[secure]')]],
    [
      'counts at the end',
      'Offer [secure]',
      [{ place: 'end', class: 'confidential', tags: ['[secure]'] }],
    ],
    ['counts once in a subject of nothing else', '[secure]', [start('confidential', '[secure]')]],
    ['counts in any case', '[SeCuRe] Offer', [start('confidential', '[secure]')]],
    ['counts with space inside', '[ se cure\u00a0] Offer', [start('confidential', '[secure]')]],
    ['counts in full-width letters', '［ＳＥＣＵＲＥ］ Offer', [start('confidential', '[secure]')]],
    ['counts in other brackets', '【secure》Offer', [start('confidential', '[secure]')]],
    ['counts with a zero-width space', '[se\u200bcure] Offer', [start('confidential', '[secure]')]],
    [
      'counts with a decomposed umlaut',
      '[verschlu\u0308sseln] Offer',
      [start('confidential', '[verschlüsseln]')],
    ],
    ['counts behind a symbol', '🔒 [secure] Offer', [start('confidential', '[secure]')]],
    ['counts with an argument', '[pw: hunter2] Offer', [start('confidential', '[pw:*]')]],
    ['counts as a word as written', 'CRYPT: Offer', [start('confidential', 'CRYPT')]],
    ['has the stronger class of two lists', '[secure]', [start('confidential', '[secure]')]],
    [
      'counts beside another',
      '[intern][secure] Offer [pw:x]',
      [
        start('high', '[intern]'),
        start('confidential', '[secure]'),
        { place: 'end', class: 'confidential', tags: ['[pw:*]'] },
      ],
    ],
    [
      'counts in front of a reply prefix',
      '[secure] Re: Offer [intern]',
      [start('confidential', '[secure]')],
    ],
    ['does not count as a word in lower case', 'Crypt Offer', []],
    ['does not count as a word inside another', 'CRYPTIC Offer', []],
    ['does not count as a word at the end', 'Offer CRYPT', []],
    ['does not count in the middle', 'An [secure] offer', []],
    ['does not count without its brackets', 'secure offer', []],
    ['does not count without an argument that it needs', '[pw] Offer', []],
    ['does not count behind Re:', 'Re: [secure] Offer [secure]', []],
    ['does not count behind AW[2]: and WG:', 'AW[2]: WG: [secure] Offer', []],
    ['does not count behind a French colon', 'RE : [secure] Offre', []],
    ['does not count behind a full-width colon', 'Fwd：[secure] Offer', []],
    ['that lowers the class is no tag', '[plain] Offer', []],
    ['is not in an empty subject', '', []],
  ]
  for (const [name, subject, want] of cases) t.same(findTags(subject, LIST, false), want, name)
  t.end()
})

await t.test('a quoted tag counts when replies count', t => {
  const cases: [string, string, readonly Sighting[]][] = [
    [
      'behind the prefix and at the end',
      'Re: [secure] Offer [pw:x]',
      [{ place: 'quoted', class: 'confidential', tags: ['[secure]', '[pw:*]'] }],
    ],
    [
      'beside one of the sender’s own',
      '[intern] TR: R: [secure] Offer',
      [start('high', '[intern]'), { place: 'quoted', class: 'confidential', tags: ['[secure]'] }],
    ],
    [
      'and what is not quoted stays as it is',
      '[secure] Offer',
      [start('confidential', '[secure]')],
    ],
  ]
  for (const [name, subject, want] of cases) t.same(findTags(subject, LIST, true), want, name)
  t.end()
})

await t.test('a list of tags knows no token that it was not given', t => {
  const token = subjectToken('Offer', 'start')
  t.ok(token)
  if (token !== undefined) t.equal(tagList([])(token, 'start'), undefined)
  t.end()
})

await t.test('a message', async t => {
  const cases: [string, string, object, [string, string, number][]][] = [
    ['without a subject gets no label', 'To: b@example.net', {}, []],
    ['without a tag gets no label', 'Subject: Offer', {}, []],
    [
      'with a tag of the default list is confidential',
      'Subject: [Vertraulich] Offer',
      {},
      [['subject-tag-start', 'confidential', 1]],
    ],
    [
      'may have its tag in encoded words, split and folded',
      'Subject: =?utf-8?q?=5Bverschl=C3?=\n =?utf-8?q?=BCsseln=5D_Angebot?=',
      {},
      [['subject-tag-start', 'confidential', 1]],
    ],
    [
      'may have its tag in a raw UTF-8 subject',
      `Subject: [${Buffer.from('verschlüsseln').toString('latin1')}] Angebot`,
      {},
      [['subject-tag-start', 'confidential', 1]],
    ],
    [
      'counts several tags at one edge',
      'Subject: Offer [priv] [secure]',
      {},
      [['subject-tag-end', 'confidential', 2]],
    ],
    [
      'with two subjects has the tags of both',
      'Subject: Offer\nSUBJECT: [secure] Offer',
      {},
      [['subject-tag-start', 'confidential', 1]],
    ],
    [
      'follows the lists of the settings',
      'Subject: [secure] [mine] Offer',
      { confidential: [], high: ['[mine]', '[secure]'] },
      [['subject-tag-start', 'high', 2]],
    ],
    [
      'follows the setting for replies',
      'Subject: Re: [secure] Offer',
      { in_replies: true },
      [['subject-tag-quoted', 'confidential', 1]],
    ],
    [
      'does not take a tag from the message inside it',
      'Content-Type: message/rfc822\nSubject: Offer\n\nSubject: [secure] inner',
      {},
      [],
    ],
  ]
  for (const [name, header, settings, want] of cases) {
    const labels = await labelsOf(plugin, await mailOf(`${header}\n\nHello\n`), settings)
    t.same(
      labels.map(label => [label.id, label.class, label.count]),
      want,
      name,
    )
  }
  t.end()
})

await t.test(
  'the reason names the tag of the list and not what the sender wrote in it',
  async t => {
    const [label] = await labelsOf(plugin, await mailOf('Subject: [pw:hunter2] Offer\n\nHello\n'))
    t.equal(label?.why, 'the subject begins with [pw:*]')
    t.equal(label?.part, '1')
    t.end()
  },
)

await t.test('settings that cannot be tags are refused', async t => {
  let seen = 0
  for (const tag of ['', '[]', '[ ]', 'two words', '[a]b', 'a]']) {
    await t.rejects(labelsOf(plugin, await mailOf('Subject: x\n\n'), { high: [tag] }), tag)
    seen++
  }
  t.equal(seen, 6)
  t.end()
})

await t.test('any subject is read without an exception and only raises', async t => {
  let seen = 0
  const piece = fc.constantFrom(
    '[',
    ']',
    'secure',
    'CRYPT',
    'Re:',
    ' ',
    '🔒',
    '=?utf-8?q?',
    '?=',
    'ü',
  )
  const subject = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 20 })
  fc.assert(
    fc.property(subject, fc.boolean(), (pieces, inReplies) => {
      for (const sighting of findTags(pieces.join(''), LIST, inReplies)) {
        seen++
        if (sighting.tags.length === 0) return false
      }
      return true
    }),
    { numRuns: 500 },
  )
  t.ok(seen > 0)
  const long = `${'[secure]'.repeat(30_000)}${' '.repeat(100_000)}`
  t.equal(
    findTags(long, LIST, true)[0]?.tags.length,
    16,
    'a subject of tags is not read to its end',
  )
  t.end()
})
