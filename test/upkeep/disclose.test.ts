import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { places } from '../../src/seal/places.js'
import { secretText } from '../../src/seal/secret.js'
import type { PasswordText } from '../../src/seal/letter.js'
import type { NewNotice, Notice } from '../../src/store/outbox.js'
import type { LetterEntry } from '../../src/store/sealing.js'
import { GatewayError } from '../../src/errors.js'
import { disclosure, type DisclosureParts } from '../../src/upkeep/disclose.js'
import { noticeSender } from '../../src/upkeep/outbox.js'
import { NO_TEXT_MESSAGE } from '../../src/upkeep/password-mail.js'
import { memorySealing } from '../support/gateway-sealing.js'
import { recordLog } from '../support/log-recorder.js'

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

/** What no test here comes to. */
const restOf = (t: Test) => ({
  languageFor: () => 'de' as const,
  store: { addNotice: async () => undefined },
  isInside: () => true,
  hasFormatFor: async () => true,
  log: recordLog(t).log,
})

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
  const send = noticeSender('127.0.0.1:1', SETTINGS, { ...restOf(t), disclosure })
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
  const send = noticeSender('127.0.0.1:1', SETTINGS, { ...restOf(t), disclosure })
  await t.rejects(send(NOTICE), { code: 'ERR_SEAL_NO_NOTIFIER', temporary: true })
  t.same(acts, [])
})

void t.test('a letter whose password is kept no longer is told of no more', async t => {
  const { disclosure, acts } = told(() => async () => undefined, [])
  const send = noticeSender('127.0.0.1:1', SETTINGS, { ...restOf(t), disclosure })
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
  const passwords = { ...restOf(t), disclosure }
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

/** Sends text messages as `text` takes them, and says what notices came of it. */
function sendingTexts(t: Test, text: () => Promise<never>) {
  const { disclosure, acts } = told(() => text)
  const logged = recordLog(t)
  logged.expect('a text message was not taken, the sender is told the password')
  const added: NewNotice[] = []
  const store = { addNotice: async (notice: NewNotice) => void added.push(notice) }
  const facts = { ...restOf(t), disclosure, store, log: logged.log }
  return { send: noticeSender('127.0.0.1:1', SETTINGS, facts), added, acts }
}

void t.test('a text message that is refused for good becomes a notice to the sender', async t => {
  const { send, added, acts } = sendingTexts(t, () =>
    Promise.reject(new GatewayError('ERR_SEAL_TEXT_REFUSED', { reason: 'it is' })),
  )
  await send(NOTICE)
  const { id: _, attempts: __, ...facts } = NOTICE
  const instead = { kind: 'password', messageId: 'password.k', why: NO_TEXT_MESSAGE }
  t.same(added, [{ ...facts, ...instead, cause: undefined }])
  t.same(acts, [], 'nobody was told yet')
})

void t.test('one that is not taken is tried ten times before that', async t => {
  const { send, added } = sendingTexts(t, () => Promise.reject(new Error('503')))
  await t.rejects(send({ ...NOTICE, attempts: 8 }), { message: '503' })
  t.same(added, [])
  await send({ ...NOTICE, attempts: 9 })
  t.match(added, [{ kind: 'password', to: 'anna@in.example' }])
})

void t.test('where nobody may be told instead, an operator hears of it', async t => {
  const { disclosure, acts } = told(() => () => Promise.reject(new Error('503')))
  const logged = recordLog(t)
  logged.expect('a password could not be sent by text message')
  const send = noticeSender('127.0.0.1:1', SETTINGS, { ...restOf(t), disclosure, log: logged.log })
  await send({ ...NOTICE, to: '', attempts: 9 })
  t.match(logged.lines, [{ level: 'error', fields: { reference: 'ref' } }])
  t.notMatch(JSON.stringify(logged.lines), /ABCD|4179/)
  t.same(acts, [])
})
