import t from 'tap'
import { runGateway } from '../support/gateway-running.js'

const LETTER = Buffer.from('Message-ID: <1@in.example>\r\nSubject: Offer\r\n\r\nDear Bob\r\n')
const SECRET = Buffer.from('Subject: [vertraulich] Befund\r\n\r\nDear Bob\r\n')
const levels = { 'good.example': 'qualified', 'bad.example': 'none' } as const

t.test('a message that needs nothing passes byte for byte and is on record', async t => {
  const gateway = await runGateway(t, { levels })
  const result = await gateway.send({
    message: LETTER,
    recipients: ['bob@good.example', 'eva@in.example'],
    queueId: '4XyZ',
    auth: { user: 'anna' },
  })
  t.equal(result.verdict, 'accept')
  t.same(result.message, LETTER)
  t.match(gateway.records, [
    {
      customer: 'default',
      at: 1_800_000_000_000,
      queueId: '4XyZ',
      messageId: '1@in.example',
      sender: 'anna@in.example',
      authUser: 'anna',
      clientAddress: '127.0.0.1',
      sizeBytes: LETTER.length,
      mode: 'enforce',
      reply: '250',
      decision: {
        class: 'normal',
        recipients: [
          { address: 'bob@good.example', level: 'qualified', action: 'deliver', lane: 'qtls' },
          { address: 'eva@in.example', level: 'internal', action: 'deliver', lane: 'internal' },
        ],
      },
    },
  ])
  const [line] = gateway.logged.lines
  t.match(line, { event: 'decided', fields: { queue_id: '4XyZ', class: 'normal', reply: '250' } })
  t.notMatch(JSON.stringify(gateway.logged.lines), /Offer|Dear/)
})

t.test('a tag raises the class; what cannot be protected is refused for everybody', async t => {
  const gateway = await runGateway(t, { levels, settings: 'reply.contact = "help@in.example"' })
  const result = await gateway.send({
    message: SECRET,
    recipients: ['bob@bad.example', 'eva@in.example'],
  })
  t.match(result, { verdict: 'reject', reply: { kind: 'code', code: 550, enhanced: '5.7.1' } })
  t.match(JSON.stringify(result.reply), /<bob@bad\.example>: .*not sent to any.*help@in\.example/)
  t.match(gateway.records, [{ reply: '550 5.7.1', decision: { class: 'confidential' } }])
})

t.test('an unknown domain defers the message, and after the limit it counts as bad', async t => {
  const gateway = await runGateway(t, { settings: 'policy.wait_limit = "1h"' })
  const first = await gateway.send({ message: LETTER })
  t.match(first, { verdict: 'tempfail', reply: { code: 451, enhanced: '4.7.1' } })
  const [record] = gateway.records
  if (record === undefined) throw new Error('nothing recorded')
  gateway.records[0] = { ...record, at: record.at - 3_600_000 }
  const forged = await gateway.send({ message: LETTER, sender: 'mallory@in.example' })
  t.equal(forged.verdict, 'tempfail', 'the same Message-ID from somebody else')
  const late = await gateway.send({ message: LETTER })
  t.equal(late.verdict, 'reject')
})

t.test('a client’s own lock is taken off, and the body stays as it is', async t => {
  const gateway = await runGateway(t, { levels })
  const message = Buffer.from(
    'Subject: =?utf-8?B?8J+Ukg==?= Hello\r\n\r\n\u00e4 \xff\r\n',
    'latin1',
  )
  const result = await gateway.send({ message })
  t.equal(result.verdict, 'accept')
  const [header, body] = (result.message ?? Buffer.alloc(0)).toString('latin1').split('\r\n\r\n')
  t.notMatch(header, '8J+Ukg')
  t.match(header, 'Hello')
  t.equal(body, message.toString('latin1').split('\r\n\r\n')[1])
})

t.test('a raw UTF-8 subject stays raw UTF-8 when a tag is taken off', async t => {
  const gateway = await runGateway(t, {
    levels,
    settings: '[plugin."classify/subject-tag"]\nhigh = ["[vertraulich]"]\nconfidential = []',
  })
  const message = Buffer.from('Subject: [vertraulich] Grüße €\r\n\r\nDear Bob\r\n')
  const result = await gateway.send({ message })
  t.match(gateway.records, [{ decision: { class: 'high' } }])
  t.equal(result.message?.toString(), 'Subject: Grüße €\r\n\r\nDear Bob\r\n')
})

t.test('a banner goes into the body, which is sent whole', async t => {
  const settings = '[[plugin."rewrite/banner".banner]]\ntext = "Von uns geprueft"'
  const gateway = await runGateway(t, { levels, settings })
  const result = await gateway.send({ message: LETTER })
  const text = result.message?.toString('latin1') ?? ''
  t.match(text, 'Dear Bob')
  t.match(text, 'Von uns geprueft')
  t.ok(text.startsWith('Message-ID: <1@in.example>\r\nSubject: Offer\r\n'))
})

t.test('whatever fails ends in a temporary failure that names nothing', async t => {
  const failure = (): never => {
    throw new Error('inner detail')
  }
  const cases: [what: string, options: Parameters<typeof runGateway>[1]][] = [
    ['a classifier', { host: { classify: failure } }],
    ['a detector', { host: { detect: failure } }],
    ['a rewriter', { host: { rewrite: failure } }],
    [
      'an illegal edit',
      { host: { rewrite: async () => [{ kind: 'add-header', name: 'Bad Name', value: 'x' }] } },
    ],
    ['the levels', { store: { levels: failure } }],
    ['the record', { store: { record: () => Promise.reject(new Error('inner detail')) } }],
  ]
  for (const [what, options] of cases) {
    const gateway = await runGateway(t, { levels, ...options })
    gateway.logged.expect('message not examined')
    const result = await gateway.send({ message: LETTER })
    t.equal(result.verdict, 'tempfail', what)
    t.notMatch(JSON.stringify(result.reply), /inner detail|Bad Name/, what)
    t.strictSame(result.modifications, [], what)
    t.equal(gateway.records.length, 0, what)
  }
})

t.test('observing changes nothing and records what would have been done', async t => {
  const gateway = await runGateway(t, { levels, settings: 'mode = "observe"' })
  const result = await gateway.send({ message: SECRET, recipients: ['bob@bad.example'] })
  t.equal(result.verdict, 'accept')
  t.same(result.message, SECRET)
  t.match(gateway.records, [
    { mode: 'observe', reply: '250', decision: { recipients: [{ action: 'reject' }] } },
  ])
})

t.test('observing lets a message pass when something of ours fails, and says so', async t => {
  const gateway = await runGateway(t, {
    settings: 'mode = "observe"',
    host: { classify: () => Promise.reject(new Error('broken')) },
  })
  gateway.logged.expect('message not examined')
  const result = await gateway.send({ message: SECRET })
  t.equal(result.verdict, 'accept')
  t.same(result.message, SECRET)
})

t.test('the sender’s domain names the customer', async t => {
  const gateway = await runGateway(t, { levels })
  await gateway.send({ message: LETTER, sender: 'x@praxis.example' })
  await gateway.send({ message: LETTER, sender: '' })
  t.strictSame(
    gateway.records.map(({ customer }) => customer),
    ['praxis', 'default'],
  )
})

t.test('a footer that the settings know does not void the protection of a message', async t => {
  // Made with gpg --symmetric; the passphrase is x.
  const armoured = [
    '-----BEGIN PGP MESSAGE-----',
    '',
    'jA0ECQMCECema1+lyR3/0kYBlul0mZ/mlAxUcoc0fOSdLICEQmwo+Q6SVvVentY5',
    'fcl6Q8eS28ne3JzRpJth821bm+yC+SMvk/3vjZ1HzfOaIUJKxcLJ',
    '=5Tc5',
    '-----END PGP MESSAGE-----',
  ]
  const message = Buffer.from(
    ['Subject: [vertraulich] x', '', ...armoured, '', 'Sent by our gateway', ''].join('\r\n'),
  )
  const without = await runGateway(t, { levels })
  await without.send({ message })
  const knowing = await runGateway(t, {
    levels,
    settings: 'policy.boilerplate = ["sent by our gateway"]',
  })
  await knowing.send({ message })
  const contentOf = ({ records }: typeof without): unknown => records[0]?.decision.content.coverage
  t.not(contentOf(without), 'whole')
  t.match(knowing.records[0]?.decision.content, { coverage: 'whole' })
})
