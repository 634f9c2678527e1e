import t from 'tap'
import { letterOnRecord, resendLetter, type ResendParts } from '../../src/cli/resend-letter.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { sealAsHtml } from '../../src/seal/html/html-format.js'
import { places } from '../../src/seal/places.js'
import { secretText } from '../../src/seal/secret.js'
import type { LetterEntry } from '../../src/store/sealing.js'
import { openFixture } from '../support/seal-fixture.js'
import { pass, sealingGateway } from '../support/seal-gateway.js'
import { bodyOf, fileIn, PASSWORD, sampleOrder, SEED } from '../support/seal-samples.js'

const signal = new AbortController().signal
const REFERENCE = '7k2m9q4v1p3t8s6r0abc'
const RECIPIENT = 'bob@bad.example'
const INNER =
  'From: Anna <anna@in.example>\r\nTo: bob@bad.example\r\nSubject: Befund\r\n' +
  'Message-ID: <1@in.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nSecret text\r\n'

async function letterFile(): Promise<Buffer> {
  const letter = await sealAsHtml(
    sampleOrder(parseMail(Buffer.from(INNER)), { recipient: RECIPIENT, reference: REFERENCE }),
    signal,
  )
  return fileIn(letter, await bodyOf(letter))
}

const file = await letterFile()

/** A gateway that has sealed the letter, and what is needed to send it again through it. */
async function world(t: Parameters<typeof sealingGateway>[0], more: Partial<LetterEntry> = {}) {
  const gateway = await sealingGateway(t)
  const secret = secretText({ password: PASSWORD, seed: SEED })
  const letter: LetterEntry = {
    key: 'k1',
    customer: 'default',
    reference: REFERENCE,
    sender: 'anna@in.example',
    recipient: RECIPIENT,
    domain: 'bad.example',
    format: 'html',
    way: 'sender',
    password: await gateway.keys.seal(secret, places.letterPassword('k1')),
    telephone: undefined,
    createdAt: 1,
    ...more,
  }
  gateway.memory.sealed.letters.set('k1', letter)
  const { host, sealing } = gateway.engines.current
  const sent: { from: string; to: string; message: Buffer }[] = []
  const parts: ResendParts = {
    store: gateway.memory.store,
    keys: gateway.keys,
    format: host.sealers[0]!,
    settings: sealing,
    hostname: 'gate.example',
    by: 'root',
    reason: 'a telephone',
    now: () => 1_800_000_000_000,
    handOver: async (envelope, message) => {
      sent.push({ ...envelope, message })
      return 'QQQQQQQQ1'
    },
  }
  return { gateway, letter, parts, sent }
}

void t.test('a letter goes again in another format, to the same recipient', async t => {
  const { gateway, letter, parts, sent } = await world(t)
  const { sealing } = gateway.memory.sealed
  t.same(await letterOnRecord(file, '*', sealing, signal), letter)
  const { reference, queueId } = await resendLetter(file, letter, parts, signal)
  t.equal(queueId, 'QQQQQQQQ1')
  const [{ message } = { message: Buffer.alloc(0) }] = sent
  t.match(sent, [{ from: 'anna@in.example', to: RECIPIENT }])
  const text = message.toString()
  t.match(text, /^From: Anna <anna@in\.example>\r$/m)
  t.match(text, `Message-ID: <${reference}@gate.example>\r\nReferences: <1@in.example>\r\n`)
  t.notMatch(text, /Befund|Secret/)
  t.ok(openFixture(message, PASSWORD).equals(Buffer.from(INNER)), 'with the password it had')
  t.match(gateway.memory.sealed.letters.get('k1'), { ...letter, format: 'fixture' })
  t.same(gateway.memory.sealed.tries, [{ key: 'k1', queueId: 'QQQQQQQQ1' }])
  t.match(gateway.memory.sealed.acts, [{ act: 'password-use', by: 'root', object: REFERENCE }])
  t.notMatch(JSON.stringify([gateway.memory.sealed.acts, gateway.records]), PASSWORD)
})

void t.test('the cover says where the password of this letter came from', async t => {
  for (const [way, said] of [
    ['sender', 'sender'],
    ['sms', 'sms'],
    ['given', 'agreed'],
    ['agreed', 'office'],
  ] as const) {
    const { letter, parts, sent } = await world(t, { way })
    await resendLetter(file, letter, parts, signal)
    t.match(sent[0]?.message.toString(), `the password is with: ${said}\r\n`, way)
  }
})

void t.test('at split it is known as a letter, and bound to the lane of one', async t => {
  const { gateway, letter, parts, sent } = await world(t)
  await resendLetter(file, letter, parts, signal)
  const { message = Buffer.alloc(0) } = sent[0] ?? {}
  const split = await pass(gateway, 're-split', message)
  t.match(split, { verdict: 'accept', lane: 'sealed' })
  t.match(openFixture(split.onward, PASSWORD).toString(), 'Secret text')
  t.equal(gateway.memory.sealed.letters.size, 1, 'nothing is sealed twice')
  t.same(gateway.memory.notices, [])
  const other = await pass(gateway, 're-split', message, { recipients: ['eva@bad.example'] })
  t.not(other.lane, 'sealed', 'and for nobody else')
})

void t.test('what is not on record, or has no password, is not sent', async t => {
  const { gateway } = await world(t)
  const { sealing } = gateway.memory.sealed
  const nothing = { findLetters: async () => [] }
  await t.rejects(letterOnRecord(file, '*', nothing, signal), /no letter .* is on record/)
  const [entry] = await sealing.findLetters('*', REFERENCE)
  for (const change of [{ password: undefined }, { way: 'key' as const }, { recipient: 'x@y.z' }]) {
    const changed = { findLetters: async () => [{ ...entry!, ...change }] }
    await t.rejects(letterOnRecord(file, '*', changed, signal), /not kept|is on record/)
  }
})

void t.test('with another password than that on record nothing is sent', async t => {
  const { gateway, letter, parts, sent } = await world(t)
  const wrong = secretText({ password: 'another', seed: SEED })
  const password = await gateway.keys.seal(wrong, places.letterPassword('k1'))
  await t.rejects(resendLetter(file, { ...letter, password }, parts, signal), {
    code: 'ERR_SEAL_REFUSED',
  })
  t.same(sent, [])
})
