import { SMTPServer } from 'smtp-server'
import t from 'tap'
import { places } from '../../src/seal/places.js'
import { secretText } from '../../src/seal/secret.js'
import type { PasswordText } from '../../src/seal/letter.js'
import type { Notice } from '../../src/store/outbox.js'
import type { LetterEntry } from '../../src/store/sealing.js'
import { disclosure, type DisclosureParts } from '../../src/upkeep/disclose.js'
import { noticeSender } from '../../src/upkeep/outbox.js'
import { memorySealing } from '../support/gateway-sealing.js'

const SETTINGS = { hostname: 'gate.example', from: '', language: 'en', contact: '' } as const
const LETTER: LetterEntry = {
  key: 'k',
  customer: 'default',
  reference: 'ref',
  sender: 'anna@in.example',
  recipient: 'bob@x.example',
  domain: 'x.example',
  format: 'html',
  way: 'sms',
  password: `sealed: ${secretText({ password: 'ABCD-EFGH', seed: Buffer.alloc(32) })}`,
  telephone: 'sealed: +41791234567',
  createdAt: 0,
}
const NOTICE: Notice = {
  id: 1,
  kind: 'sms',
  key: 'k',
  customer: 'default',
  to: 'anna@in.example',
  recipient: 'bob@x.example',
  reference: 'ref',
  why: 'x',
  messageId: 'sms.k',
  createdAt: 0,
  notBefore: 0,
  attempts: 0,
}

function told(notifier: DisclosureParts['notifier'], letters: readonly LetterEntry[] = [LETTER]) {
  const memory = memorySealing()
  for (const letter of letters) memory.letters.set(letter.key, letter)
  const asked: string[] = []
  const keys = {
    seal: async (text: string) => `sealed: ${text}`,
    open: async (text: string, place: string) => {
      asked.push(place)
      return text.replace('sealed: ', '')
    },
  }
  const { sealing } = memory
  return { ...memory, asked, disclosure: disclosure({ sealing, keys, notifier, timeoutMs: 1000 }) }
}

void t.test('a password goes to a telephone, and that is on record', async t => {
  const texts: PasswordText[] = []
  const { disclosure, acts, asked } = told(() => async message => void texts.push(message))
  const send = noticeSender('127.0.0.1:1', SETTINGS, { disclosure, languageFor: () => 'de' })
  await send(NOTICE)
  t.same(texts, [
    {
      to: '+41791234567',
      text: 'Kennwort für die Nachricht von anna@in.example: ABCD-EFGH',
      id: 'sms.k',
    },
  ])
  t.same(asked, [places.letterPassword('k'), places.letterTelephone('k')])
  t.match(acts, [{ act: 'password-sms', object: 'ref', detail: 'letter to x.example' }])
  t.notMatch(JSON.stringify(acts), /ABCD|4179/)
})

void t.test('without a plugin it waits, and what failed is not on record', async t => {
  const { disclosure, acts } = told(() => undefined)
  const send = noticeSender('127.0.0.1:1', SETTINGS, { disclosure, languageFor: () => 'de' })
  await t.rejects(send(NOTICE), { code: 'ERR_SEAL_NO_NOTIFIER', temporary: true })
  t.same(acts, [])
})

void t.test('a letter whose password is kept no longer is told of no more', async t => {
  const { disclosure, acts } = told(() => async () => undefined, [])
  const send = noticeSender('127.0.0.1:1', SETTINGS, { disclosure, languageFor: () => 'de' })
  await send(NOTICE)
  t.same(acts, [])
})

void t.test('a password goes to the sender by mail, and that is on record', async t => {
  const seen: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      stream.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
      stream.on('end', () => done())
    },
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  t.teardown(() => new Promise<void>(done => server.close(() => done())))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { disclosure, acts } = told(() => undefined)
  const passwords = { disclosure, languageFor: () => 'de' as const }
  await noticeSender(
    `127.0.0.1:${address.port}`,
    SETTINGS,
    passwords,
  )({
    ...NOTICE,
    kind: 'password',
  })
  t.match(seen.join(''), /X-Postseal-Inside: password[^]*ABCD-EFGH/)
  t.match(acts, [{ act: 'password-notice', object: 'ref' }])
})
