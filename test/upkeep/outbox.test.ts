import { createServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import t from 'tap'
import type { Notice } from '../../src/store/outbox.js'
import { noticeSender, sendNotices, type PasswordSending } from '../../src/upkeep/outbox.js'
import { recordLog } from '../support/log-recorder.js'

const SETTINGS = { hostname: 'gate.example', from: '', language: 'en', contact: '' } as const

const NO_PASSWORDS: PasswordSending = {
  disclosure: {
    secretOf: async () => undefined,
    sendText: async () => undefined,
    told: async () => undefined,
  },
  languageFor: () => 'en',
  store: { addNotice: async () => undefined },
  isInside: address => address.endsWith('@in.example'),
  hasFormatFor: async recipient => recipient === 'bob@x.example',
  log: recordLog(t).log,
}

function notice(id: number, attempts = 0): Notice {
  return {
    id,
    kind: 'waiting',
    key: `k${id}`,
    customer: 'default',
    to: `anna${id}@in.example`,
    recipient: 'bob@x.example',
    reference: 'ref',
    why: 'x',
    messageId: `waiting.k${id}`,
    createdAt: 0,
    notBefore: 0,
    attempts,
  }
}

/** An outbox in memory, with what became of its notices. */
function outbox(notices: readonly Notice[]) {
  const became: string[] = []
  const left = [...notices]
  return {
    became,
    store: {
      dueNotices: async (limit: number) => left.splice(0, limit),
      noticeSent: async (id: number) => void became.push(`${id} sent`),
      noticeFailed: async (id: number, notBefore: number) =>
        void became.push(`${id} again at ${notBefore}`),
    },
  }
}

t.test('notices are sent in their order, and one that is not taken is tried later', async t => {
  const { log, expect } = recordLog(t)
  expect('a notice could not be sent')
  const { store, became } = outbox([notice(1), notice(2, 3), notice(3)])
  const send = async ({ id }: Notice): Promise<void> => {
    if (id === 2) throw new Error('451 later')
  }
  await sendNotices(store, send, log, () => 1000)
  t.same(became, ['1 sent', '2 again at 481000', '3 sent'])
})

t.test(
  'each is taken when it is sent, so that no other waits for a process that ended',
  async t => {
    const { log } = recordLog(t)
    const { store } = outbox([notice(1), notice(2)])
    const said: string[] = []
    const asked = {
      ...store,
      dueNotices: (limit: number) => {
        said.push(`takes ${limit}`)
        return store.dueNotices(limit)
      },
    }
    const send = async ({ id }: Notice): Promise<void> => void said.push(`sends ${id}`)
    await sendNotices(asked, send, log, () => 0)
    t.same(said, ['takes 1', 'sends 1', 'takes 1', 'sends 2', 'takes 1'])
  },
)

t.test('a turn has an end, however many notices there are', async t => {
  const { log } = recordLog(t)
  const { store, became } = outbox(Array.from({ length: 60 }, (_, id) => notice(id)))
  await sendNotices(
    store,
    () => Promise.resolve(),
    log,
    () => 0,
  )
  t.equal(became.length, 50)
})

t.test('the pause between tries grows to an hour and no more', async t => {
  const { log, expect } = recordLog(t)
  expect('a notice could not be sent')
  const { store, became } = outbox([notice(1, 50)])
  await sendNotices(
    store,
    () => Promise.reject(new Error('no')),
    log,
    () => 0,
  )
  t.same(became, ['1 again at 3600000'])
})

t.test('a notice that is sent and cannot be noted as sent goes out again', async t => {
  const { log } = recordLog(t)
  const { store } = outbox([notice(1), notice(1)])
  const sent: number[] = []
  const send = async ({ id }: Notice): Promise<void> => void sent.push(id)
  const broken = { ...store, noticeSent: () => Promise.reject(new Error('locked')) }
  await t.rejects(
    sendNotices(broken, send, log, () => 0),
    /locked/,
  )
  await sendNotices(store, send, log, () => 0)
  t.same(sent, [1, 1])
})

t.test('whoever is inside hears that a letter came back, and whether to send it again', async t => {
  const got: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      stream.on('data', chunk => got.push(String(chunk)))
      stream.on('end', () => done())
    },
  })
  await new Promise<void>(next => server.listen(0, '127.0.0.1', next))
  t.teardown(() => new Promise<void>(next => server.close(next)))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const send = noticeSender(`127.0.0.1:${address.port}`, SETTINGS, NO_PASSWORDS)
  const back: Notice = { ...notice(1), kind: 'returned', why: 'attachment blocked' }
  await send(back)
  t.match(
    got.join(''),
    /refused this kind of letter: attachment blocked[^]*another format by itself/,
  )
  got.length = 0
  await send({ ...back, recipient: 'eva@x.example' })
  t.match(got.join(''), /no other format/)
  got.length = 0
  await send({ ...back, to: 'stranger@elsewhere.example' })
  t.same(got, [])
})

t.test('Postfix gets a notice by SMTP, from the null sender', async t => {
  const got: { from: string; to: string[]; text: string }[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, { envelope }, done) {
      let text = ''
      stream.on('data', chunk => (text += String(chunk)))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        got.push({ from, to: envelope.rcptTo.map(({ address }) => address), text })
        done()
      })
    },
  })
  await new Promise<void>(next => server.listen(0, '127.0.0.1', next))
  t.teardown(() => new Promise<void>(next => server.close(next)))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  await noticeSender(`127.0.0.1:${address.port}`, SETTINGS, NO_PASSWORDS)(notice(1))
  t.match(got, [{ from: '', to: ['anna1@in.example'] }])
  t.match(got[0]?.text, /^Message-ID: <waiting\.k1@gate\.example>/m)
})

t.test('a Postfix that is not there is an error', async t => {
  const server = createServer()
  await new Promise<void>(next => server.listen(0, '127.0.0.1', next))
  const address = server.address()
  await new Promise(next => server.close(next))
  if (address === null || typeof address === 'string') throw new Error('no port')
  await t.rejects(
    noticeSender(`127.0.0.1:${address.port}`, SETTINGS, NO_PASSWORDS)(notice(1)),
    /ECONNREFUSED/,
  )
})

t.test('a question that is not open any more is not asked', async t => {
  const asked: string[] = []
  const questions = {
    addToken: async (id: string, digest: string) => {
      asked.push(`${id} ${digest.length}`)
      return undefined
    },
  }
  const ways = { address: '', baseUrl: '' }
  const send = noticeSender('127.0.0.1:1', SETTINGS, NO_PASSWORDS, { questions, ways })
  await send({ ...notice(1), kind: 'ask' })
  t.same(asked, ['k1 64'], 'nothing was sent, or it would have failed')
})
