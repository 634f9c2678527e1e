import t from 'tap'
import type { Sealer } from '../../src/host/run-seal.js'
import { places } from '../../src/seal/places.js'
import { openFixture } from '../support/seal-fixture.js'
import { LETTER, pass, sealingGateway } from '../support/seal-gateway.js'

t.test('what is high goes to a bad server as a letter, and the sender is told', async t => {
  const gateway = await sealingGateway(t)
  const first = await pass(gateway, 'first', LETTER)
  t.match(first, { verdict: 'accept', lane: undefined })
  const split = await pass(gateway, 're-split', first.onward, { queueId: 'BBBBBBBB2' })
  t.match(split, { verdict: 'accept', lane: 'sealed' })
  const outer = split.onward.toString()
  t.notMatch(outer, /Befund|Secret|hoch|DKIM|Thread|X-Note/)
  t.match(outer, /^From: Anna <anna@in\.example>\r$/m)
  t.match(outer, /^Message-ID: <1@in\.example>\r$/m)
  t.match(outer, /^Subject: Confidential message\r$/m)
  t.match(outer, /^Content-Type: text\/plain; charset=us-ascii\r$/m)
  t.match(outer, /^X-Postseal-Protection: content=sealed\r$/m)
  const inner = openFixture(split.onward, await gateway.password())
  t.ok(inner.equals(first.onward), 'the whole message is inside, byte for byte')

  const [letter] = gateway.memory.sealed.letters.values()
  const root = gateway.records[0]?.reference
  t.match(letter, { format: 'fixture', way: 'sender', reference: root, sender: 'anna@in.example' })
  t.match(outer, `Reference ${root}, the password is with: sender`)
  t.same(gateway.memory.sealed.tries, [{ key: letter?.key, queueId: 'BBBBBBBB2' }])
  t.match(gateway.memory.notices, [
    { kind: 'password', key: letter?.key, to: 'anna@in.example', cause: 'BBBBBBBB2' },
  ])
  t.match(gateway.records[1], {
    reply: '250',
    decision: { recipients: [{ action: 'seal', lane: 'sealed', row: 'high.7' }] },
    transit: { sealed: 'fixture', pinned: 'sealed' },
  })
  t.notMatch(JSON.stringify([gateway.records, gateway.memory.notices, letter]), 'password number')
  t.notMatch(JSON.stringify(gateway.logged.lines), /password number|Befund|Secret/)
})

t.test('every try has the same password, and the notice knows each queue entry', async t => {
  const gateway = await sealingGateway(t)
  const { onward } = await pass(gateway, 'first', LETTER)
  const one = await pass(gateway, 're-split', onward, { queueId: 'BBBBBBBB2' })
  const two = await pass(gateway, 're-split', onward, { queueId: 'CCCCCCCC3' })
  const password = await gateway.password()
  t.equal(password, 'password number 1')
  for (const { onward: sealed } of [one, two])
    t.match(openFixture(sealed, password).toString(), 'Secret text')
  t.equal(gateway.memory.sealed.letters.size, 1)
  const [{ key = '' } = {}] = gateway.memory.sealed.letters.values()
  t.same(gateway.memory.sealed.tries, [
    { key, queueId: 'BBBBBBBB2' },
    { key, queueId: 'CCCCCCCC3' },
  ])
})

t.test('each recipient has a letter and a password of its own', async t => {
  const gateway = await sealingGateway(t)
  const recipients = ['bob@bad.example', 'eva@bad.example']
  const { onward } = await pass(gateway, 'first', LETTER, { recipients })
  const bob = await pass(gateway, 're-split', onward)
  const eva = await pass(gateway, 're-split', onward, { recipients: ['eva@bad.example'] })
  t.match(openFixture(bob.onward, 'password number 1').toString(), 'Secret text')
  t.match(openFixture(eva.onward, 'password number 2').toString(), 'Secret text')
  t.throws(() => openFixture(eva.onward, 'password number 1'))
})

t.test('a letter that a lane hands back goes on as it is', async t => {
  const gateway = await sealingGateway(t)
  const confidential = Buffer.from('Subject: [confidential] x\r\n\r\nSecret text\r\n')
  const to = { recipients: ['bob@good.example'] }
  const { onward } = await pass(gateway, 'first', confidential, to)
  const sealed = await pass(gateway, 're-split', onward, to)
  t.equal(sealed.lane, 'qtls', 'by qualified transport, where that can be had')
  const text = 'Server certificate not verified'
  const attempt = { at: 1, queueId: 'AAAAAAAA1', service: 'qtls', relay: 'mx[127.0.0.2]:25' }
  const attempts = [{ ...attempt, dsn: '4.7.5', text }]
  gateway.memory.queue.set('AAAAAAAA1', { deliveries: [], attempts })
  const back = await pass(gateway, 're-qtls', sealed.onward, to)
  t.match(back, { verdict: 'accept', lane: 'sealed' })
  t.match(openFixture(back.onward, await gateway.password()).toString(), 'Secret text')
  t.equal(gateway.memory.sealed.letters.size, 1, 'nothing is sealed twice')
  const again = await pass(gateway, 're-split', back.onward, to)
  t.match(again, { verdict: 'accept', lane: 'sealed' })
  t.match(openFixture(again.onward, await gateway.password()).toString(), 'Secret text')
})

t.test('a format that fails defers the message, and nothing of it leaves', async t => {
  const gateway = await sealingGateway(t, { plugin: 'fails = true' })
  gateway.logged.expect('message not examined')
  const { onward } = await pass(gateway, 'first', LETTER)
  const split = await pass(gateway, 're-split', onward)
  t.match(split, { verdict: 'tempfail', lane: undefined })
  t.same(gateway.memory.notices, [])
  t.notMatch(JSON.stringify(gateway.logged.lines), /password number|Secret/)
})

t.test('without a key file, or without a format, it is refused as before', async t => {
  const keyless = await sealingGateway(t, {
    sealing: {
      keys: {
        seal: async text => text,
        open: async text => text,
        isUsable: async () => false,
      },
      newPassword: () => 'x',
      newSeed: () => Buffer.alloc(32),
    },
  })
  t.match(await pass(keyless, 'first', LETTER), {
    verdict: 'reject',
    said: /550.*seal, not available/,
  })
  const formless = await sealingGateway(t, { host: { sealers: [] } })
  t.match(await pass(formless, 'first', LETTER), { verdict: 'reject' })
})

t.test('what a sender gave is the password, and comes off the message', async t => {
  for (const given of [
    { message: withField('X-Postseal-Password: my own long secret'), subject: '[hoch] Befund' },
    { message: withSubject('[hoch] Befund [pw: my own long secret]'), subject: '[hoch] Befund' },
  ]) {
    const gateway = await sealingGateway(t)
    const first = await pass(gateway, 'first', given.message)
    t.notMatch(first.onward.toString(), 'my own long secret')
    t.match(first.onward.toString(), `Subject: ${given.subject}\r\n`)
    const split = await pass(gateway, 're-split', first.onward)
    t.match(openFixture(split.onward, 'my own long secret').toString(), 'Secret text')
    t.match([...gateway.memory.sealed.letters.values()], [{ way: 'given' }])
    t.same(gateway.memory.notices, [], 'the sender knows it')
    t.notMatch(JSON.stringify([...gateway.memory.sealed.given.values()]), 'my own')
  }
})

t.test('a password that will not do is refused at once, and of a stranger none counts', async t => {
  const gateway = await sealingGateway(t)
  const short = withField('X-Postseal-Password: short')
  t.match(await pass(gateway, 'first', short), { verdict: 'reject', said: /fewer than 12/ })
  const stranger = await gateway.send({
    message: withField('X-Postseal-Password: my own long secret'),
    recipients: ['bob@bad.example', 'eva@in.example'],
    queueId: 'AAAAAAAA1',
  })
  t.notMatch(stranger.message?.toString(), 'my own long secret')
  t.equal(gateway.memory.sealed.given.size, 0)
})

t.test('a password goes off a message that needs no letter, too', async t => {
  const gateway = await sealingGateway(t)
  const message = Buffer.from(
    'Subject: Hi\r\nX-Postseal-Password: my own long secret\r\n\r\nhi\r\n',
  )
  const first = await pass(gateway, 'first', message, {
    recipients: ['bob@good.example'],
  })
  t.equal(first.lane, 'qtls')
  t.notMatch(first.onward.toString(), 'my own long secret')
})

t.test(
  'who has not logged in is told nothing: the message is held, then told by an officer',
  async t => {
    const gateway = await sealingGateway(t)
    const first = await gateway.send({
      message: LETTER,
      recipients: ['bob@bad.example'],
      queueId: 'AAAAAAAA1',
    })
    const onward = first.message ?? Buffer.alloc(0)
    const split = await pass(gateway, 're-split', onward)
    t.match(split, { verdict: 'tempfail', said: /451.*nobody can be told the password.*release/ })
    const [row] = gateway.memory.waiting.values()
    t.match(row, { why: 'hold' })
    gateway.memory.waiting.set(row?.key ?? '', { ...row!, verdict: 'released' })
    const released = await pass(gateway, 're-split', onward)
    t.match(released, { verdict: 'accept', lane: 'sealed' })
    t.match([...gateway.memory.sealed.letters.values()], [{ way: 'agreed' }])
    t.match(released.onward.toString(), 'the password is with: office', 'nobody agreed on it')
    t.notOk(gateway.memory.notices.some(({ kind }) => kind === 'password'))
  },
)

t.test('a client that is trusted by its address counts as logged in', async t => {
  const gateway = await sealingGateway(t, { settings: '[seal]\ntrusted_networks = ["10.0.0.25"]' })
  const client = {
    host: 'exchange.in.example',
    family: 'inet',
    address: '10.0.0.25',
    port: 25,
  } as const
  const first = await gateway.send({
    message: LETTER,
    recipients: ['bob@bad.example'],
    queueId: 'AAAAAAAA1',
    client,
  })
  const split = await pass(gateway, 're-split', first.message ?? Buffer.alloc(0))
  t.equal(split.lane, 'sealed')
  t.match(gateway.memory.notices, [{ kind: 'password', to: 'anna@in.example' }])
})

t.test('a standing password is used for whoever sends, and nobody is told', async t => {
  const gateway = await sealingGateway(t)
  const senderDomain = 'in.example'
  const recipient = 'bob@bad.example'
  const place = places.standingPassword(senderDomain, recipient)
  const password = await gateway.keys.seal('what was agreed on', place)
  const entry = { customer: 'default', senderDomain, recipient, password, setAt: 1, setBy: 'x' }
  gateway.memory.sealed.standing.push(entry)
  const { onward } = await pass(gateway, 'first', LETTER)
  const split = await pass(gateway, 're-split', onward)
  t.match(openFixture(split.onward, 'what was agreed on').toString(), 'Secret text')
  t.match(split.onward.toString(), 'the password is with: standing')
  t.same(gateway.memory.notices, [])
})

t.test('a password that is too weak for a format leads to the next one, on record', async t => {
  const sealer = (format: string, slowKey: boolean): Sealer => ({
    format,
    slowKey,
    opensWith: 'password',
    sizeOf: ({ messageBytes }) => messageBytes + 5000,
    seal: async () => ({
      fields: [{ name: 'Subject', value: format }],
      body: Buffer.from(`${format}\r\n`),
    }),
  })
  const gateway = await sealingGateway(t, {
    host: { sealers: [sealer('zip', false), sealer('html', true)] },
  })
  const weak = LETTER.toString().replace('Befund', 'Befund [pw: sommer202622]')
  const first = await pass(gateway, 'first', Buffer.from(weak))
  const split = await pass(gateway, 're-split', first.onward, { sender: 'anna@in.example' })
  t.match(split.onward.toString(), /^Subject: html\r$/m)
  const record = gateway.records.at(-1)
  t.match(record?.decision.recipients[0]?.why, /zip: the password is too weak for it/)
})

t.test('a number that a sender gave gets the password', async t => {
  const gateway = await sealingGateway(t, { host: { notify: async () => undefined } })
  const first = await pass(gateway, 'first', withSubject('[hoch] x [sms: +41 79 123 45 67]'))
  t.notMatch(first.onward.toString(), '79 123')
  const split = await pass(gateway, 're-split', first.onward)
  t.equal(split.lane, 'sealed')
  const [letter] = gateway.memory.sealed.letters.values()
  t.match(letter, { way: 'sms' })
  t.match(gateway.memory.notices, [{ kind: 'sms', key: letter?.key }])
  const { telephone = '', key = '' } = letter ?? {}
  t.equal(await gateway.keys.open(telephone, places.letterTelephone(key)), '+41791234567')
})

t.test('a number of the settings gets the password where the sender gave nothing', async t => {
  const settings = '[[seal_to]]\nrecipients = ["@bad.example"]\ntelephone = "+41790000000"\n'
  for (const [sender, to] of [
    [{ auth: { user: 'anna' } }, 'anna@in.example'],
    [{}, ''],
  ] as const) {
    const gateway = await sealingGateway(t, { settings, host: { notify: async () => undefined } })
    const recipients = ['bob@bad.example']
    const first = await gateway.send({
      message: LETTER,
      recipients,
      queueId: 'AAAAAAAA1',
      ...sender,
    })
    const split = await pass(gateway, 're-split', first.message ?? Buffer.alloc(0))
    t.equal(split.lane, 'sealed')
    const [letter] = gateway.memory.sealed.letters.values()
    const { telephone = '', key = '' } = letter ?? {}
    t.equal(await gateway.keys.open(telephone, places.letterTelephone(key)), '+41790000000')
    const sms = gateway.memory.notices.filter(({ kind }) => kind === 'sms')
    t.match(sms, [{ to }], 'who may not be told is not told instead')
  }
})

t.test('what would become too large is refused before it is sealed', async t => {
  const gateway = await sealingGateway(t, { settings: '[seal]\nmax_size = "64K"' })
  const large = Buffer.concat([LETTER, Buffer.alloc(60_000, 'abc def\r\n')])
  t.match(await pass(gateway, 'first', large), { verdict: 'reject', said: /larger than/ })
  t.equal(gateway.memory.sealed.letters.size, 0)
})

t.test('a format that the domain sent back is not tried again', async t => {
  const gateway = await sealingGateway(t)
  gateway.memory.sealed.refused.push({ domain: 'bad.example', format: 'fixture', at: 1, said: '' })
  t.match(await pass(gateway, 'first', LETTER), { verdict: 'reject', said: /took no format/ })
})

t.test('a notice that tells a password never leaves, whatever address it comes to', async t => {
  const gateway = await sealingGateway(t)
  const notice = Buffer.from('Subject: x\r\nX-Postseal-Inside: password\r\n\r\nabcd\r\n')
  const to = { recipients: ['bob@good.example'], sender: '' }
  t.match(await pass(gateway, 'first', notice, to), { verdict: 'reject', said: /does not leave/ })
  t.match(await pass(gateway, 're-split', notice, to), { verdict: 'reject' })
})

function withField(line: string): Buffer {
  return Buffer.from(`${line}\r\n${LETTER.toString()}`)
}

function withSubject(subject: string): Buffer {
  return Buffer.from(LETTER.toString().replace(/Subject: .*\r\n/, `Subject: ${subject}\r\n`))
}
