import t from 'tap'
import { explainLabel } from '../../src/cli/explain-label.js'
import type { Label } from '../../src/policy/model.js'

const LABEL: Label = { plugin: 'classify/x', id: 'terms-health', class: 'high', why: 'because' }

t.test('a label is explained by whom, where, what and how much', async t => {
  const cases: [string, Partial<Label>, string[]][] = [
    ['that says nothing more', {}, ['high by classify/x (terms-health)', '  reason     because']],
    [
      'of a word in a file of an archive',
      {
        part: '1.2',
        place: 'file',
        file: 'scans.zip > page.pdf',
        count: 7,
        evidence: ['Di…e', 'An…e'],
        threshold: { total: 28, from: 10 },
      },
      [
        'high by classify/x (terms-health)',
        '  where      part 1.2, in the file scans.zip > page.pdf',
        '  seen       Di…e, An…e and others, 7 in all',
        '  threshold  28 in the message, high from 10',
        '  reason     because',
      ],
    ],
    [
      'of a number in a subject',
      { part: '1', place: 'subject', count: 1, evidence: ['756…85'] },
      [
        'high by classify/x (terms-health)',
        '  where      part 1, in the subject',
        '  seen       756…85',
        '  reason     because',
      ],
    ],
    [
      'of a document as a whole',
      { part: '1.2', file: 'a.docx' },
      [
        'high by classify/x (terms-health)',
        '  where      part 1.2, file a.docx',
        '  reason     because',
      ],
    ],
  ]
  for (const [name, more, want] of cases) t.same(explainLabel({ ...LABEL, ...more }), want, name)
})

t.test('a name cannot forge a line', async t => {
  const lines = explainLabel({ ...LABEL, part: '1', file: 'a\nhigh by nobody' })
  t.equal(lines.length, 3)
  t.notMatch(lines.join(''), '\n')
})
