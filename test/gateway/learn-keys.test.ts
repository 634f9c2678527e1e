import t from 'tap'
import type { LetterKeys } from '../../src/seal/keys/letter-keys.js'
import { NO_KEYS } from '../../src/seal/keys/usable-keys.js'
import type { ClientMail } from '../../src/milter/index.js'
import { sealingGateway } from '../support/seal-gateway.js'

const ON = '[keys]\nharvest = true\n'
const SIGNED = mailOf('From: eva@good.example', 'multipart/signed; boundary=b')

function mailOf(from: string, type: string): Buffer {
  return Buffer.from(`${from}\r\nContent-Type: ${type}\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n`)
}

/** A gateway that writes down what it would learn from. */
async function learning(
  t: Parameters<typeof sealingGateway>[0],
  { settings = ON, learn = async () => 1 }: { settings?: string; learn?: LetterKeys['learn'] } = {},
) {
  const asked: string[] = []
  const recipientKeys: LetterKeys = {
    find: async () => NO_KEYS,
    used: async () => undefined,
    refuse: () => undefined,
    learn: (of, customers, signal) => {
      asked.push(`${of.root.type} ${customers.join()}`)
      return learn(of, customers, signal)
    },
  }
  const gateway = await sealingGateway(t, { settings, recipientKeys })
  const send = (mail: Partial<ClientMail> = {}) =>
    gateway.send({
      message: SIGNED,
      sender: 'eva@good.example',
      recipients: ['anna@in.example'],
      queueId: 'A1',
      ...mail,
    })
  return { asked, send, logged: gateway.logged }
}

void t.test(
  'who writes to inside with a signature is learnt from, where that is wanted',
  async t => {
    const { asked, send, logged } = await learning(t)
    t.match(await send(), { verdict: 'accept' })
    t.same(asked, ['multipart/signed default'])
    const line = { event: 'a certificate was learnt', fields: { queue_id: 'A1', count: 1 } }
    t.match(
      logged.lines.filter(({ event }) => event === line.event),
      [line],
    )
    const off = await learning(t, { settings: '' })
    await off.send()
    t.same(off.asked, [], 'off by default')
  },
)

void t.test('mail of the own side, to outside, or without a signature is left alone', async t => {
  const { asked, send } = await learning(t)
  const cases: readonly Partial<ClientMail>[] = [
    { auth: { user: 'anna' } },
    { sender: 'anna@in.example' },
    { message: mailOf('From: anna@in.example', 'multipart/signed; boundary=b') },
    { recipients: ['anna@in.example', 'bob@good.example'] },
    { message: mailOf('From: eva@good.example', 'multipart/mixed; boundary=b') },
    { message: Buffer.concat([SIGNED, Buffer.alloc(2 * 1024 * 1024, 'abc def\r\n')]) },
  ]
  for (const mail of cases) {
    t.match(await send(mail), { verdict: 'accept' })
    t.same(asked, [], JSON.stringify(mail).slice(0, 80))
  }
})

void t.test('what goes wrong changes nothing for the mail', async t => {
  const { send, logged } = await learning(t, { learn: () => Promise.reject(new Error('locked')) })
  logged.expect('the certificate of a signed mail was not learnt')
  t.match(await send(), { verdict: 'accept' })
})
