import t from 'tap'
import { command } from '../../../src/cli/commands/show.js'
import { storeBench } from '../../support/store-commands.js'
import { sampleRecord } from '../../support/store-records.js'

const record = sampleRecord({
  queueId: '4Zq8Kn',
  messageId: '<4711@x>',
  at: Date.UTC(2026, 10, 23),
})

void t.test('the story of a message says who, what, why and what was answered', async t => {
  const bench = storeBench(t, command)
  await bench.record(record, sampleRecord({ ...record, reference: 'second', mode: 'observe' }))
  const { out, exit } = await bench.run('show', '4Zq8Kn', '--customer', 'default')
  t.equal(exit, 0)
  for (const part of [
    '2026-11-23T00:00:00.000Z',
    'from        alice@example.org',
    'high by classify/a in part 1.2: Seen thrice.',
    'content     partial, coverage attachments',
    'part 1.2 zip weak: ZipCrypto.',
    'to          bob@example.net (domain is qualified)',
    'deliver by qtls, row high.2: The domain is qualified.',
    'reject, row high.3',
    'answer      250 after 1.3 ms\n',
    'observed only',
  ]) {
    t.ok(out.includes(part), part)
  }
  t.notMatch(out, /subject/i)
})

void t.test('a message that went through several passes is told from its beginning', async t => {
  const bench = storeBench(t, command)
  const facts = {
    root: 'r1',
    customer: 'default',
    queueId: 'AAAA1',
    firstAt: record.at,
    sender: 'alice@example.org',
    bodyHash: 'x',
    floor: 'high',
    authUser: 'alice',
    clientCert: undefined,
    clientAddress: undefined,
    signatures: 0,
    released: false,
    stated: undefined,
    sealed: undefined,
  } as const
  const first = { reference: 'r1', parent: undefined, recipient: undefined, pinned: undefined }
  const split = { reference: 'r2', parent: 'r1', recipient: 'bob@example.net', pinned: 'qtls' }
  await bench.prepare(async store => {
    await store.record({
      ...record,
      reference: 'r1',
      queueId: 'AAAA1',
      transit: { ...facts, ...first, pass: 'first', tried: [] },
    })
    await store.record({
      ...record,
      reference: 'r2',
      at: record.at + 1000,
      queueId: 'BBBB2',
      pass: 're-split',
      transit: { ...facts, ...split, pass: 're-split', tried: ['qtls'] },
    })
    await store.record({
      ...record,
      reference: 'r3',
      at: record.at + 3000,
      queueId: 'CCCC3',
      pass: 're-split',
      reply: '550 5.7.1',
      transit: undefined,
    })
    await store.saveEvidence({
      deliveries: [
        {
          at: record.at + 2000,
          queueId: 'BBBB2',
          service: 'qtls',
          recipient: 'bob@example.net',
          relay: 'mx.example.net[127.0.0.2]:25',
          status: 'sent',
          dsn: '2.0.0',
          text: '250 ok',
          tls: { trust: 'Verified', protocol: 'TLSv1.3', cipher: 'AES', details: '' },
        },
      ],
      attempts: [],
      removed: [],
      position: { source: 'file:/x', position: '1' },
    })
  })
  const { out } = await bench.run('show', 'BBBB2')
  t.match(
    out,
    /first, from the client[^]*AAAA1[^]*split, for one final recipient[^]*BBBB2[^]*bound to {4}qtls[^]*qtls: bob@example\.net sent 2\.0\.0 by mx\.example\.net\[127\.0\.0\.2\]:25, Verified, TLSv1\.3/,
  )
  const once = await bench.run('show', '<4711@x>', '--json')
  t.equal(once.out.trim().split('\n').length, 3, 'each pass once, the refused one as well')
})

void t.test('for programs there is one object a message', async t => {
  const bench = storeBench(t, command)
  await bench.record(record)
  const { out } = await bench.run('show', '4711@x', '--json')
  t.match(JSON.parse(out), { queueId: '4Zq8Kn', at: '2026-11-23T00:00:00.000Z', sizeBytes: 4096 })
})

void t.test(
  'several are told in the order asked for, each once, and what is missing is named',
  async t => {
    const bench = storeBench(t, command)
    const [first, second] = ['AAAA1', 'BBBB2'].map(queueId =>
      sampleRecord({ ...record, reference: `r-${queueId}`, queueId, messageId: `<${queueId}@x>` }),
    )
    await bench.record(...[first, second].filter(one => one !== undefined))
    const asked = ['BBBB2', 'CCCC3', '<AAAA1@x>', 'BBBB2@x', '--json']
    const { out, err, exit } = await bench.run('show', ...asked)
    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { queueId: string })
    t.same(
      lines.map(({ queueId }) => queueId),
      ['BBBB2', 'AAAA1'],
    )
    t.match(err, /^No message with the id CCCC3 is on record\.\n?$/)
    t.equal(exit, 65)
  },
)

void t.test('an unknown id, and one of another customer, is not on record', async t => {
  const bench = storeBench(t, command)
  const nothing = { out: '', err: /No message with the id 4Zq8Kn is on record/, exit: 65 }
  t.match(await bench.run('show', '4Zq8Kn'), nothing, 'nor is there a store')
  await bench.record(record)
  t.match(await bench.run('show', '4Zq8Kn', '--customer', 'clinic'), nothing)
})

void t.test('what a sender wrote cannot move the cursor', async t => {
  const bench = storeBench(t, command)
  await bench.record(sampleRecord({ ...record, sender: '\u001b[2Jgone\r\n@x' }))
  const { out } = await bench.run('show', '4Zq8Kn')
  t.match(out, /from {8}\\u001b\[2Jgone\\u000d\\u000a@x/)
})
