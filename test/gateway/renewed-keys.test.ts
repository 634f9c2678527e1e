import t from 'tap'
import { awaitsNewKeys } from '../../src/gateway/renewed-keys.js'
import type { DomainLevel } from '../../src/store/store.js'

const MINUTE = 60_000
const NOW = 1_000 * MINUTE
const HOUR = { now: NOW, limitMs: 60 * MINUTE }

const level = (more: Partial<DomainLevel> = {}): DomainLevel => ({
  domain: 'good.example',
  level: 'qualified',
  until: NOW + MINUTE,
  match: ['mx.good.example'],
  dane: false,
  probedAt: NOW - 90 * MINUTE,
  ...more,
})

const refused = (minutesAgo: number, more: { service?: string; text?: string } = {}) => ({
  service: 'qtls',
  text: 'Server certificate not verified',
  at: NOW - minutesAgo * MINUTE,
  ...more,
})

t.test('a new key is waited for until the prober has looked', async t => {
  const cases: readonly [
    name: string,
    level: DomainLevel | undefined,
    attempts: readonly ReturnType<typeof refused>[],
    waits: boolean,
  ][] = [
    ['the first refusal', level(), [refused(0)], true],
    ['refused again, not looked at yet', level(), [refused(10), refused(0)], true],
    [
      'looked at, and perhaps not in the maps yet',
      level({ probedAt: NOW - 59_000 }),
      [refused(10), refused(0)],
      true,
    ],
    [
      'looked at, and refused still',
      level({ probedAt: NOW - 2 * MINUTE }),
      [refused(10), refused(0)],
      false,
    ],
    ['looked at shortly before the first refusal', level({ probedAt: NOW - 30_000 }), [], true],
    ['the level is gone', level({ level: 'mandatory' }), [refused(0)], false],
    ['the level is over', level({ until: NOW }), [refused(0)], false],
    ['nothing is known of the domain any more', undefined, [refused(0)], false],
    ['too long', level(), [refused(60), refused(0)], false],
    [
      'other lanes and other troubles do not count for the time',
      level(),
      [refused(99, { service: 'tls' }), refused(99, { text: 'lost connection' }), refused(0)],
      true,
    ],
  ]
  for (const [name, known, attempts, waits] of cases)
    t.equal(awaitsNewKeys(known, attempts, HOUR), waits, name)
  const { probedAt: _, ...administrators } = level()
  t.equal(awaitsNewKeys(administrators, [refused(0)], HOUR), false, 'nobody looks for these')
})
