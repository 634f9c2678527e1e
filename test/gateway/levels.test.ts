import t from 'tap'
import { withLevels } from '../../src/gateway/levels.js'
import type { DomainLevel } from '../../src/store/store.js'

t.test('internal stays internal; what is unknown or has run out is undetermined', async t => {
  const asked: unknown[] = []
  const open = { match: [], dane: false }
  const levels = new Map<string, DomainLevel>([
    ['good.example', { ...open, domain: 'good.example', level: 'qualified', until: undefined }],
    ['old.example', { ...open, domain: 'old.example', level: 'qualified', until: 1000 }],
    ['new.example', { ...open, domain: 'new.example', level: 'mandatory', until: 1001 }],
  ])
  const store = {
    levels: async (customer: string, domains: readonly string[]) => {
      asked.push([customer, domains])
      return levels
    },
  }
  const recipients = [
    ['a@in.example', 'in.example', true],
    ['a@good.example', 'good.example', false],
    ['b@good.example', 'good.example', false],
    ['a@old.example', 'old.example', false],
    ['a@new.example', 'new.example', false],
    ['a@unknown.example', 'unknown.example', false],
    ['b%c', '', false],
  ] as const
  const facts = await withLevels(
    recipients.map(([address, domain, internal]) => ({ address, domain, internal })),
    'praxis',
    store,
    1000,
  )
  t.strictSame(
    facts.map(({ level }) => level),
    [
      'internal',
      'qualified',
      'qualified',
      'undetermined',
      'mandatory',
      'undetermined',
      'undetermined',
    ],
  )
  t.strictSame(asked, [
    ['praxis', ['good.example', 'old.example', 'new.example', 'unknown.example']],
  ])
})

t.test('the store is not asked for internal recipients alone', async t => {
  const store = { levels: () => t.fail('asked') as never }
  const facts = await withLevels([{ address: 'a', domain: '', internal: true }], 'x', store, 0)
  t.strictSame(facts, [{ address: 'a', domain: '', level: 'internal' }])
})
