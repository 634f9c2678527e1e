import t from 'tap'
import { ruleSchema } from '../../src/policy/rule-schema.js'

const problems = (rule: object): string =>
  (ruleSchema.safeParse({ name: 'test', ...rule }).error?.issues ?? [])
    .map(({ path, message }) => [...path, message].join(' '))
    .join('; ')

t.test('rules that may stand', async t => {
  const cases: [string, object][] = [
    ['one that strengthens', { domain: ['example.org'], action: 'seal' }],
    ['one that strengthens on a claim', { sender: ['@hr.example.org'], action: 'hold' }],
    ['one for everybody', { kind: ['list'], action: 'reject' }],
    ['one that raises the class', { sender: ['anna@example.org'], raise_to: 'high' }],
    ['one that sets the class', { user: ['erp'], set_class: 'normal', reason: 'newsletter' }],
    ['one that weakens', { domain: ['.example.org'], action: 'deliver', reason: 'contract' }],
    [
      'one that hands over',
      { domain: ['example.org'], action: 'hand-over', lane: 'hin', reason: 'HIN members' },
    ],
    [
      'one that weakens for a permitted sender',
      {
        sender: ['@example.org'],
        client_address: ['192.0.2.0/24'],
        action: 'deliver',
        reason: 'test',
      },
    ],
    [
      'one with every condition',
      {
        sender: ['a@example.org'],
        user: ['a'],
        client_cert: ['CN=a'],
        client_address: ['::1'],
        recipient: ['@example.net'],
        domain: ['example.net'],
        class: ['high'],
        kind: ['ordinary'],
        level: ['mandatory'],
        content: ['unknown'],
        action: 'ask',
      },
    ],
  ]
  for (const [name, rule] of cases) t.equal(problems(rule), '', name)
  t.ok(cases.length > 0)
})

t.test('rules that may not stand say why', async t => {
  const cases: [string, object, RegExp][] = [
    ['no effect', { domain: ['example.org'] }, /exactly one of action/],
    ['two effects', { action: 'seal', raise_to: 'high' }, /exactly one of action/],
    ['an unknown name', { action: 'seal', domian: ['x'] }, /domian/],
    ['a bad rule name', { name: 'No!', action: 'seal' }, /^name must be lower case/],
    ['an empty list', { domain: [], action: 'seal' }, /^domain name at least one/],
    ['a bad domain', { domain: ['exa mple'], action: 'seal' }, /^domain 0 is no domain/],
    ['a bad address', { sender: ['anna'], action: 'seal' }, /^sender 0 is no address/],
    [
      'an address in any subdomain',
      { sender: ['anna@.example.org'], action: 'seal' },
      /is no address/,
    ],
    [
      'a bad network',
      { client_address: ['192.0.2.0/99'], action: 'seal' },
      /^client_address 0 is no address/,
    ],
    ['waiting', { action: 'wait' }, /^action /],
    ['internal recipients', { level: ['internal'], action: 'seal' }, /^level 0 /],
    ['a lane without hand-over', { lane: 'hin', action: 'seal' }, /go together/],
    [
      'a hand-over without a lane',
      { domain: ['example.org'], action: 'hand-over', reason: 'x' },
      /go together/,
    ],
    [
      'a lane of ours',
      { domain: ['example.org'], action: 'hand-over', lane: 'tls', reason: 'x' },
      /lane of ours/,
    ],
    [
      'a bad lane name',
      { domain: ['example.org'], action: 'hand-over', lane: 'A b', reason: 'x' },
      /^lane must be/,
    ],
    [
      'weakening without a reason',
      { domain: ['example.org'], action: 'deliver' },
      /needs a reason/,
    ],
    [
      'an empty reason',
      { domain: ['example.org'], action: 'deliver', reason: ' ' },
      /^reason must say/,
    ],
    [
      'weakening on a claim',
      { sender: ['@example.org'], action: 'deliver', reason: 'x' },
      /cannot rest on sender alone/,
    ],
    ['weakening for everybody', { action: 'deliver', reason: 'x' }, /must name somebody/],
    [
      'a reason that may weaken for everybody',
      { action: 'seal', reason: 'x' },
      /must name somebody/,
    ],
    [
      'setting the class on a claim',
      { sender: ['a@b.example'], set_class: 'normal', reason: 'x' },
      /needs user, client_cert or client_address/,
    ],
    ['setting the class without a reason', { user: ['a'], set_class: 'normal' }, /needs a reason/],
    [
      'setting the class by recipient',
      { user: ['a'], domain: ['b.example'], set_class: 'normal', reason: 'x' },
      /cannot ask for recipient/,
    ],
    [
      'a class that depends on the class',
      { class: ['high'], raise_to: 'confidential' },
      /cannot ask for class/,
    ],
  ]
  for (const [name, rule, want] of cases) t.match(problems(rule), want, name)
  t.ok(cases.length > 0)
})
