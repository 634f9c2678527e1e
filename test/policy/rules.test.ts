import t from 'tap'
import { compileRules, type RuleFacts } from '../../src/policy/rules.js'

const FACTS: RuleFacts = {
  sender: {
    address: 'anna@example.org',
    authUser: 'anna',
    clientCert: 'CN=anna',
    clientAddress: '192.0.2.7',
  },
  recipient: { address: 'bob@example.net', domain: 'example.net' },
  class: 'high',
  kind: 'ordinary',
  level: 'mandatory',
  content: 'unknown',
  message: {
    size: 5 * 1024 * 1024,
    fileNames: ['Offer.pdf', 'Salaries.XLSX'],
    header: name => (name.toLowerCase() === 'x-class' ? ['internal'] : []),
    edgeOf: tag => (tag === '[plain]' ? 'start' : undefined),
  },
}

t.test('every condition of a rule must hold', async t => {
  const conditions: [string, string, string][] = [
    ['sender', 'anna@example.org', 'eve@example.org'],
    ['user', 'anna', 'eve'],
    ['client_cert', 'CN=anna', 'CN=eve'],
    ['client_address', '192.0.2.0/24', '198.51.100.1'],
    ['recipient', '@example.net', '@example.com'],
    ['domain', 'example.net', 'example.com'],
    ['class', 'high', 'normal'],
    ['kind', 'ordinary', 'list'],
    ['level', 'mandatory', 'none'],
    ['content', 'unknown', 'weak'],
  ]
  const all = Object.fromEntries(conditions.map(([name, yes]) => [name, [yes]]))
  const matches = (change: object): boolean | undefined =>
    compileRules(
      [{ name: 'test', action: 'ask', ...all, ...change }],
      () => 'f',
    ).actions[0]?.matches(FACTS)
  t.equal(matches({}), true)
  for (const [name, yes, no] of conditions) {
    t.equal(matches({ [name]: [no] }), false, name)
    t.equal(matches({ [name]: [no, yes] }), true, `${name}, one of several`)
  }
})

t.test('what Postfix does not vouch for matches nothing that asks for it', async t => {
  const { actions } = compileRules([{ name: 'test', user: ['anna'], action: 'ask' }], () => 'f')
  t.equal(actions[0]?.matches({ ...FACTS, sender: { address: 'anna@example.org' } }), false)
})

t.test('problems name the file, the rule and the setting', async t => {
  const cases: [string, unknown[], RegExp][] = [
    ['a bad setting', [{ name: 'one', action: 'sael' }], /^f: rule 1 \(one\): action: /],
    ['no table', ['rule'], /^f: rule 1: /],
    ['a name that is none', [{ name: 7, action: 'seal' }], /^f: rule 1: name: /],
    [
      'a name twice',
      [
        { name: 'a', action: 'seal' },
        { name: 'a', action: 'ask' },
      ],
      /^f: rule 2: the name a is taken already$/,
    ],
    ['a contradiction', [{ name: 'a' }], /^f: rule 1 \(a\): give exactly one/],
    ['two rules', [{ name: 'a' }, { name: 'b' }], /rule 1 \(a\).*\n.*rule 2 \(b\)/],
  ]
  for (const [name, items, message] of cases)
    t.throws(() => compileRules(items, () => 'f'), { code: 'ERR_POLICY_RULES', message }, name)
  t.ok(cases.length > 0)
})

t.test('what a message says of itself is a condition', async t => {
  const cases: [string, object, boolean][] = [
    ['a tag', { subject_tag: ['[other]', '[plain]'] }, true],
    ['another tag', { subject_tag: ['[other]'] }, false],
    ['a header', { header: { 'X-Class': '^int' } }, true],
    ['a header with another value', { header: { 'X-Class': '^ext' } }, false],
    ['a header that is not there', { header: { 'X-Other': '.' } }, false],
    ['two headers, one of them', { header: { 'X-Class': 'int', 'X-Other': '.' } }, false],
    ['the name of a file, in any case', { attachment_name: ['^salar.*[.]xlsx$'] }, true],
    ['another name', { attachment_name: ['[.]docx$'] }, false],
    ['at least a size', { min_size: '5M' }, true],
    ['at least a larger one', { min_size: '6M' }, false],
    ['at most a size', { max_size: '5120K' }, true],
    ['at most a smaller one', { max_size: '4M' }, false],
    ['all of it', { subject_tag: ['[plain]'], min_size: '1K', header: { 'X-Class': 'int' } }, true],
  ]
  for (const [name, condition, want] of cases) {
    const { actions, classes } = compileRules(
      [
        { name: 'one', ...condition, action: 'ask' },
        { name: 'two', ...condition, raise_to: 'high' },
      ],
      () => 'f',
    )
    t.equal(actions[0]?.matches(FACTS), want, `${name}, for an action`)
    const { sender, recipient, message } = FACTS
    t.equal(classes[0]?.matches(sender, [recipient], message), want, `${name}, for the class`)
  }
})

t.test('a group stands for its members', async t => {
  const groups = new Map([
    ['staff', ['anna@example.org', '@hr.example.org']],
    ['users', ['anna']],
    ['empty', []],
  ])
  const rule = (condition: object) =>
    compileRules([{ name: 'one', action: 'ask', ...condition }], () => 'f', undefined, groups)
  t.equal(rule({ sender: ['group:staff'] }).actions[0]?.matches(FACTS), true)
  t.equal(rule({ user: ['eve', 'group:users'] }).actions[0]?.matches(FACTS), true)
  t.equal(rule({ recipient: ['group:staff'] }).actions[0]?.matches(FACTS), false)
  const cases: [string, object, RegExp][] = [
    [
      'of no name',
      { sender: ['group:stuff'] },
      /^f: rule 1 \(one\): sender: there is no group "stuff"$/,
    ],
    ['without members', { sender: ['group:empty'] }, /name at least one/],
    ['of other things', { sender: ['group:users'] }, /is no address/],
  ]
  for (const [name, condition, message] of cases)
    t.throws(() => rule(condition), { code: 'ERR_POLICY_RULES', message }, name)
})

t.test('what may weaken does not rest on what a message says of itself', async t => {
  const lower = { name: 'one', set_class: 'normal', reason: 'because' }
  const deliver = { name: 'one', action: 'deliver', domain: ['example.net'], reason: 'because' }
  const claims = [
    { subject_tag: ['[plain]'] },
    { header: { 'X-Class': 'int' } },
    { attachment_name: ['[.]pdf$'] },
    { min_size: '1K' },
    { max_size: '1K' },
  ]
  for (const claim of claims) {
    const message = /cannot rest on what the message says of itself/
    t.throws(() => compileRules([{ ...deliver, ...claim }], () => 'f'), { message })
    t.throws(() => compileRules([{ ...lower, ...claim }], () => 'f'), {
      message: /set_class needs user/,
    })
    t.doesNotThrow(() => compileRules([{ ...lower, ...claim, user: ['anna'] }], () => 'f'))
    t.doesNotThrow(() => compileRules([{ name: 'one', ...claim, raise_to: 'high' }], () => 'f'))
  }
  t.throws(() => compileRules([{ ...lower, user: ['anna'], reason: undefined }], () => 'f'), {
    message: /needs a reason/,
  })
})

t.test('a condition that is none is refused', async t => {
  const cases: [string, object, RegExp][] = [
    ['a tag with a blank', { subject_tag: ['two words'] }, /is no tag/],
    ['no header', { header: {} }, /name at least one/],
    ['a header name that is none', { header: { 'a b': 'x' } }, /header/],
    ['a pattern that can be slow', { header: { a: '(a+)+' } }, /it repeats a group/],
    ['a pattern that is none', { attachment_name: ['('] }, /attachment_name/],
    ['a size without unit', { min_size: '5' }, /must be a size/],
  ]
  for (const [name, condition, message] of cases)
    t.throws(
      () => compileRules([{ name: 'one', action: 'ask', ...condition }], () => 'f'),
      { code: 'ERR_POLICY_RULES', message },
      name,
    )
})
