import t from 'tap'
import type { Level } from '../../src/policy/model.js'
import { levelAfter } from '../../src/policy/tried-lanes.js'

t.test('a lane that failed says more about a domain than its level on record', async t => {
  const cases: [level: Level, tried: string[], want: Level][] = [
    ['qualified', [], 'qualified'],
    ['qualified', ['split'], 'qualified'],
    ['qualified', ['qtls'], 'mandatory'],
    ['qualified', ['qtls', 'split', 'tls'], 'none'],
    ['mandatory', ['qtls'], 'mandatory'],
    ['mandatory', ['tls'], 'none'],
    ['none', ['qtls'], 'none'],
    ['undetermined', [], 'undetermined'],
    ['undetermined', ['split', 'sealed', 'hand-over-x'], 'undetermined'],
    ['undetermined', ['qtls'], 'mandatory'],
    ['undetermined', ['tls'], 'none'],
    ['internal', ['qtls', 'tls'], 'internal'],
  ]
  for (const [level, tried, want] of cases)
    t.equal(levelAfter(level, tried), want, `${level} after ${tried.join(', ') || 'nothing'}`)
})
