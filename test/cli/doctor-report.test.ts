import t, { type Test } from 'tap'
import { printProbe, printReport, type ReportOptions } from '../../src/cli/doctor-report.js'
import { fail, remark, resultOf, unknown, warn } from '../../src/postfix/doctor/check.js'

const RESULTS = [
  resultOf('well', 'All is well.', []),
  resultOf('noted', 'All is well, too.', [remark('Good to know.', [{ parameter: 'always_bcc' }])]),
  resultOf('queue-ids', '', [
    warn('Short queue ids.', {
      at: [{ file: '/etc/postfix/main.cf', parameter: 'enable_long_queue_ids', value: 'no' }],
      remedy: 'Set it.',
      fix: [{ parameter: 'enable_long_queue_ids', value: 'yes' }],
    }),
  ]),
  resultOf('table', '', [
    unknown('Not listed.', {
      at: [{ file: '/etc/postfix/t', line: 3, value: 'a b' }],
      remedy: 'Ask.',
    }),
  ]),
  resultOf('lanes', '', [
    fail('No lane.', {
      at: [
        {
          file: '/etc/postfix/master.cf',
          line: 7,
          service: 'qtls/unix',
          parameter: 'x',
          value: '',
        },
      ],
      remedy: 'Run setup.',
      fix: 'setup',
    }),
  ]),
]

function printed(t: Test, print: () => void): readonly string[] {
  const out = t.capture(process.stdout, 'write', () => true)
  try {
    print()
    return out().flatMap(({ args }) => String(args[0]).replace(/\n$/, '').split('\n'))
  } finally {
    out.restore()
  }
}

const PLAIN: ReportOptions = { json: false, all: false, colour: false }

t.test('the worst comes first, with its place, its remedy and its switch', async t => {
  t.strictSame(
    printed(t, () => printReport(RESULTS, PLAIN)),
    [
      'FAIL    lanes: No lane.',
      '          /etc/postfix/master.cf:7: qtls/unix -o x = (empty)',
      '        Run setup.',
      '        Or: postseal doctor --fix lanes',
      'unknown table: Not listed.',
      '          /etc/postfix/t:3: a b',
      '        Ask.',
      'warning queue-ids: Short queue ids.',
      '          /etc/postfix/main.cf: enable_long_queue_ids = no',
      '        Set it.',
      '        Or: postseal doctor --fix queue-ids',
      'ok      noted: Good to know.',
      '          always_bcc',
      '5 checks: 1 failed, 1 with a warning, 1 that could not see enough, 2 in order.',
    ],
  )
})

t.test('on demand it says what is in order', async t => {
  const lines = printed(t, () => printReport(RESULTS, { ...PLAIN, all: true }))
  t.ok(lines.includes('ok      well: All is well.'))
  t.ok(lines.includes('ok      noted: All is well, too.'))
})

t.test('colours are for terminals', async t => {
  const [first] = printed(t, () => printReport(RESULTS, { ...PLAIN, colour: true }))
  t.equal(first, '\u001b[31mFAIL   \u001b[39m lanes: No lane.')
})

t.test('for programs there is one object a check, in order', async t => {
  const lines = printed(t, () => printReport(RESULTS, { ...PLAIN, json: true }))
  const objects = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  t.strictSame(
    objects.map(({ check, severity }) => `${String(check)} ${String(severity)}`),
    ['well ok', 'noted ok', 'queue-ids warn', 'table unknown', 'lanes fail'],
  )
  t.strictSame(objects[4], {
    check: 'lanes',
    severity: 'fail',
    message: 'No lane.',
    problems: [
      {
        severity: 'fail',
        message: 'No lane.',
        evidence: [
          {
            file: '/etc/postfix/master.cf',
            line: 7,
            service: 'qtls/unix',
            parameter: 'x',
            value: '',
          },
        ],
        remedy: 'Run setup.',
        fix: 'setup',
      },
    ],
  })
})

t.test('what comes from files cannot move the cursor', async t => {
  const evil = resultOf('x', '', [
    fail('bad \u001b[2J', { at: [{ file: '/tmp/\n', value: 'a\tb' }], remedy: 'R.' }),
  ])
  const lines = printed(t, () => printReport([evil], PLAIN))
  t.equal(lines[0], 'FAIL    x: bad \\u001b[2J')
  t.equal(lines[1], '          /tmp/\\u000a: a\\u0009b')
})

t.test('a probe shows the lines of the log, also when all is in order', async t => {
  const result = { ...resultOf('probe-tls-tls', 'Lane tls delivers.', []), lines: ['one', 'two'] }
  t.strictSame(
    printed(t, () => printProbe([result], PLAIN)),
    ['', 'ok      probe-tls-tls: Lane tls delivers.', '          one', '          two'],
  )
  const [json] = printed(t, () => printProbe([result], { ...PLAIN, json: true }))
  t.match(JSON.parse(json ?? ''), { check: 'probe-tls-tls', lines: ['one', 'two'] })
})
