import t from 'tap'
import { journalArguments, timeOfCursor } from '../../src/evidence/journal-command.js'

const CURSOR = 's=739a;i=15c;b=5a0c;m=54f60;t=660ff6bb70760;x=dd96'

const SPANS: readonly (readonly [name: string, span: object, want: readonly string[]])[] = [
  ['from now on', { follow: true }, ['--follow', '--lines=1']],
  ['all there is', { fromStart: true }, ['--no-tail']],
  [
    'on from an entry',
    { follow: true, cursor: CURSOR, fromStart: true },
    ['--follow', '--no-tail', `--cursor=${CURSOR}`],
  ],
  ['on from a time', { since: '1795500000348000' }, ['--no-tail', '--since=@1795500000.348000']],
  [
    'before an entry',
    { cursor: CURSOR, before: 9 },
    [`--cursor=${CURSOR}`, '--reverse', '--lines=9'],
  ],
]

void t.test('what journalctl is asked', async t => {
  for (const [name, span, want] of SPANS) {
    t.same(
      journalArguments(span, []),
      [
        '--output=json',
        '--output-fields=MESSAGE,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_HOSTNAME',
        '--no-pager',
        ...want,
        'SYSLOG_FACILITY=2',
      ],
      name,
    )
  }
  t.same(journalArguments({}, [0, 105]).slice(-3), ['SYSLOG_FACILITY=2', '_UID=0', '_UID=105'])
})

void t.test('a cursor holds a time', async t => {
  t.equal(timeOfCursor(CURSOR), '1795500000348000')
  for (const cursor of ['', 's=1;i=2', 't=xyz', 'at=660ff6bb70760', 't=123456789012345'])
    t.equal(timeOfCursor(cursor), undefined, cursor)
})
