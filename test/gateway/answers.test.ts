import t, { type Test } from 'tap'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Mail } from '../../src/message/mail.js'
import { recipientToken } from '../../src/seal/container/header.js'
import { places } from '../../src/seal/places.js'
import { secretText } from '../../src/seal/secret.js'
import type { LetterEntry } from '../../src/store/sealing.js'
import { LETTER, pass, sealingGateway, type SealingGateway } from '../support/seal-gateway.js'
import {
  ANSWER_FILE,
  ANSWER_TEXT,
  mailWith,
  sealedAnswer,
  type AnswerDraft,
} from '../support/sealed-answer.js'

const NOW = Date.UTC(2026, 10, 30, 9)
const DAY_MS = 86_400_000

interface Bench extends SealingGateway {
  readonly letter: LetterEntry
  /** An answer to the letter, with its password. */
  seal(changes?: Partial<AnswerDraft>): Promise<Buffer>
  /** What Postfix gets of an inbound mail. */
  arrives(message: Buffer, recipients?: readonly string[], sender?: string): Promise<Buffer>
  /** Row and reason of the last record. */
  said(): string
  /** As after the letter was sealed. */
  fresh(): Bench
  clock: number
}

/** A gateway that has sealed a letter of anna to bob, and waits for what comes in. */
async function bench(t: Test, settings = ''): Promise<Bench> {
  const clock = { now: NOW }
  const gateway = await sealingGateway(t, { settings, now: () => clock.now })
  const first = await pass(gateway, 'first', LETTER)
  await pass(gateway, 're-split', first.onward, { queueId: 'BBBBBBBB2' })
  const [letter] = gateway.memory.sealed.letters.values()
  if (letter === undefined) throw new Error('nothing was sealed')
  const { reference, recipient } = letter
  const honest = { reference, recipient, password: await gateway.password() }
  const made: Bench = {
    ...gateway,
    letter,
    fresh: () => {
      const { letters, answers, acts } = gateway.memory.sealed
      letters.clear()
      letters.set(letter.key, letter)
      answers.clear()
      acts.length = 0
      clock.now = NOW
      return made
    },
    seal: changes => sealedAnswer({ ...honest, ...changes }),
    arrives: async (message, recipients = ['anna@in.example'], sender = 'bob@bad.example') => {
      const more = { message, recipients: [...recipients], sender, queueId: 'EEEEEEEE5' }
      const result = await gateway.send(more)
      if (result.verdict !== 'accept') throw new Error(`it was not accepted: ${result.verdict}`)
      return result.message ?? Buffer.alloc(0)
    },
    said: () => {
      const { row, why } = gateway.records.at(-1)?.decision.recipients[0] ?? { row: '', why: '' }
      return `${row}: ${why}`
    },
    get clock() {
      return clock.now
    },
    set clock(now: number) {
      clock.now = now
    },
  }
  return made
}

/** One for all that need no settings of their own. */
const shared = await bench(t)

const LEFT = 'answer.left: answer to a sealed letter, not opened: '

/** Text and files of a mail, transfer-decoded. */
async function contentOf(mail: Mail): Promise<readonly (readonly [string | undefined, string])[]> {
  const content: (readonly [string | undefined, string])[] = []
  for (const part of mail.root.children) {
    const pieces: Buffer[] = []
    if (part.type === 'message/rfc822') pieces.push(bytesOf(mail, part.body))
    else for await (const piece of mail.decoded(part)) pieces.push(Buffer.from(piece))
    content.push([part.fileName, Buffer.concat(pieces).toString()])
  }
  return content
}

function bytesOf(mail: Mail, { start, end }: { start: number; end: number }): Buffer {
  return mail.source.peek(start, end) ?? Buffer.alloc(0)
}

const fieldsOf = (mail: Mail, name: string): readonly string[] =>
  mail.root.fields
    .filter(field => field.name.toLowerCase() === name.toLowerCase())
    .map(({ value }) => value)

/** Whether what goes on is what came, but for the reference. */
function isUnchanged(onward: Buffer, message: Buffer): boolean {
  const text = onward.toString('latin1').replace(/^X-Postseal-Reference: .*\r\n/gm, '')
  return text === message.toString('latin1')
}

t.test('the sender of a letter gets the answer as a normal mail', async t => {
  const gateway = shared.fresh()
  const message = mailWith([await gateway.seal()])
  const onward = await gateway.arrives(message)
  const mail = parseMail(onward)
  t.same(fieldsOf(mail, 'From'), ['bob@bad.example'])
  t.same(fieldsOf(mail, 'To'), ['anna@in.example'])
  t.same(fieldsOf(mail, 'Subject'), ['Re: Befund'])
  t.same(fieldsOf(mail, 'In-Reply-To'), ['<1@in.example>'])
  t.same(fieldsOf(mail, 'References'), ['<1@in.example>'])
  t.match(fieldsOf(mail, 'Message-ID'), [/^<answer\.[0-9a-f]{32}@in\.example>$/])
  t.same(fieldsOf(mail, 'Date'), ['Mon, 30 Nov 2026 08:00:00 +0000'])
  t.same(fieldsOf(mail, 'X-Postseal-Inside'), ['answer'])
  t.same(fieldsOf(mail, 'X-Postseal-Answer-To'), [gateway.letter.reference])
  t.same(fieldsOf(mail, 'DKIM-Signature'), [])
  t.equal(fieldsOf(mail, 'Received').length, 1)
  t.match(mail.damage, [])
  const [text, file, original] = await contentOf(mail)
  t.match(
    text?.[1],
    /^Answer to your sealed letter \S+ to\s+bob@bad\.example\. The mail gateway has/,
  )
  t.match(text?.[1], /What this proves: whoever wrote it knew the password/)
  t.ok(text?.[1].trimEnd().endsWith(ANSWER_TEXT.replaceAll('\n', '\r\n')))
  t.same(file, ['Überweisung.txt', ANSWER_FILE.toString()])
  t.equal(original?.[1], message.toString('latin1'), 'the mail as it came, byte for byte')

  t.match(gateway.said(), /^answer\.opened: answer to letter \S+, opened$/)
  t.match(gateway.memory.sealed.acts, [
    { act: 'answer-open', object: gateway.letter.reference, by: 'gateway', detail: 'bad.example' },
  ])
  const kept = [gateway.records, [...gateway.memory.sealed.answers.values()], gateway.logged.lines]
  t.notMatch(JSON.stringify(kept), /Danke|Befund|berweisung|password number/)
})

t.test('with nobody else, and in no other place, is it opened', async t => {
  const gateway = shared.fresh()
  const message = mailWith([await gateway.seal()])
  for (const [recipients, why] of [
    [['eva@in.example'], 'it came to somebody else than the sender of its letter'],
    [['anna@in.example', 'eva@in.example'], 'it came to several recipients'],
    [['anna+x@in.example'], 'it came to somebody else than the sender of its letter'],
  ] as const) {
    t.ok(isUnchanged(await gateway.arrives(message, recipients), message))
    t.equal(gateway.said(), LEFT + why)
  }
  const split = await pass(gateway, 're-split', message, { recipients: ['bob@bad.example'] })
  t.notMatch(split.onward.toString('latin1'), /Danke|The mail gateway/)
  t.same(gateway.memory.sealed.acts, [])
})

t.test('a letter from outside, or whose sender is outside, is nobody to open for', async t => {
  const gateway = shared.fresh()
  const outside = { ...gateway.letter, sender: 'anna@elsewhere.example' }
  gateway.memory.sealed.letters.set(gateway.letter.key, outside)
  const message = mailWith([await gateway.seal()])
  const { message: onward } = await gateway.send({
    message,
    recipients: ['anna@elsewhere.example'],
    auth: { user: 'anna' },
    queueId: 'EEEEEEEE5',
  })
  t.notMatch((onward ?? message).toString('latin1'), /Danke|The mail gateway/)
  t.equal(gateway.memory.sealed.answers.size, 0)
  const nobody = { ...gateway.letter, sender: '' }
  gateway.memory.sealed.letters.set(gateway.letter.key, nobody)
  await gateway.arrives(message)
  t.equal(gateway.said(), `${LEFT}it came to somebody else than the sender of its letter`)
})

t.test('the answer of one letter does not open as that of another', async t => {
  const gateway = shared.fresh()
  const { reference, recipient } = gateway.letter
  // Crossed by hand: the ciphertext of a letter whose password somebody knows, under another's reference.
  const other = {
    ...gateway.letter,
    key: 'other',
    reference: 'other',
    recipient: 'eva@bad.example',
  }
  const secret = secretText({ password: 'of eva', seed: Buffer.alloc(32) })
  const password = await gateway.keys.seal(secret, places.letterPassword('other'))
  gateway.memory.sealed.letters.set('other', { ...other, password })
  const ofEva = { reference: 'other', recipient: 'eva@bad.example', password: 'of eva' }
  const honest = (await sealedAnswer(ofEva)).toString('latin1')
  t.match((await gateway.arrives(mailWith([Buffer.from(honest, 'latin1')]))).toString(), 'Inside')
  for (const [ref, to] of [
    [reference, recipient],
    [reference, 'eva@bad.example'],
    ['other', recipient],
  ] as const) {
    const crossed = honest
      .replace('"ref":"other"', `"ref":"${ref}"`)
      .replace(/"rcpt":"[^"]+"/, `"rcpt":"${recipientToken(ref, to)}"`)
    const message = mailWith([Buffer.from(crossed, 'latin1')])
    t.ok(isUnchanged(await gateway.arrives(message), message))
    t.match(gateway.said(), /password of its letter does not open|not on record/)
  }
})

t.test(
  'an answer that came before is opened again and says so; a further try does not',
  async t => {
    const gateway = shared.fresh()
    const file = await gateway.seal()
    const message = mailWith([file])
    const once = parseMail(await gateway.arrives(message))
    gateway.clock = NOW + 60_000
    const retried = parseMail(await gateway.arrives(message))
    t.same(await contentOf(retried), await contentOf(once), 'a further try is the same mail')
    t.same(fieldsOf(retried, 'Message-ID'), fieldsOf(once, 'Message-ID'))
    gateway.clock = NOW + DAY_MS
    const again = mailWith([file], { text: 'Now really.' })
    const replayed = parseMail(await gateway.arrives(again, undefined, 'mallory@evil.example'))
    t.same(fieldsOf(replayed, 'Message-ID'), fieldsOf(once, 'Message-ID'))
    t.same(
      fieldsOf(replayed, 'Date'),
      fieldsOf(once, 'Date'),
      'it keeps the time at which it was written',
    )
    const [text] = await contentOf(replayed)
    t.match(text?.[1], /^CAUTION: this very answer arrived before, on 2026-11-30T09:00Z\./)
    t.match(text?.[1], /names\s+<mallory@evil\.example> as its sender/)
    t.match(gateway.said(), /^answer\.opened: answer to letter \S+, repeated, opened$/)
    gateway.clock = NOW + 6 * DAY_MS
    const [late] = await contentOf(parseMail(await gateway.arrives(message)))
    t.match(late?.[1], /^CAUTION/, 'the same mail after all servers have given it up')
    t.match(
      gateway.memory.sealed.acts.map(({ detail }) => detail),
      ['bad.example', 'bad.example', 'bad.example: once more', 'bad.example: once more'],
    )
  },
)

t.test('what does not open goes on as it came, and is on record', async t => {
  const gateway = shared.fresh()
  const file = await gateway.seal()
  const text = file.toString('latin1')
  const cut = Buffer.from(text.slice(0, text.indexOf('letter-tag')), 'latin1')
  const cases: readonly (readonly [string, Buffer, string])[] = [
    [
      'a wrong password',
      await gateway.seal({ password: 'wrong' }),
      'the password of its letter does not open it',
    ],
    [
      'a letter nobody knows',
      await gateway.seal({ reference: 'nobody' }),
      'its letter is not on record, or no longer',
    ],
    [
      'another recipient',
      await gateway.seal({ recipient: 'eva@x.example' }),
      'its letter is not on record, or no longer',
    ],
    ['a file that breaks off', cut, 'it is damaged'],
    [
      'files that lie over each other',
      await gateway.seal({ view: overlapping() }),
      'it is damaged inside',
    ],
    [
      'a view that is none',
      await gateway.seal({ view: { v: 2 as never } }),
      'it is damaged inside',
    ],
  ]
  for (const [what, bytes, why] of cases) {
    const message = mailWith([bytes])
    t.ok(isUnchanged(await gateway.arrives(message), message), what)
    t.equal(gateway.said(), LEFT + why, what)
    t.match(gateway.logged.lines.at(-1)?.fields, { row: 'answer.left', reason: /not opened/ })
  }
  const two = mailWith([file, file])
  t.ok(isUnchanged(await gateway.arrives(two), two))
  t.equal(gateway.said(), `${LEFT}it came with another letter`)
  const letter = mailWith([await gateway.seal({ header: { kind: 'letter' } })])
  t.ok(isUnchanged(await gateway.arrives(letter), letter))
  t.notMatch(gateway.said(), /^answer/, 'a letter is no answer')
})

/** A thousand times the same bytes. */
function overlapping(): Required<Pick<NonNullable<AnswerDraft['view']>, 'files'>> {
  const file = {
    name: 'a',
    type: 'a/b',
    encoding: 'identity',
    start: 0,
    end: 10,
    cid: null,
  } as const
  return { files: Array.from({ length: 1000 }, () => file) }
}

t.test('a letter that a key opens has no password, not an empty one', async t => {
  const gateway = shared.fresh()
  const secret = secretText({ password: '', seed: Buffer.alloc(32) })
  const password = await gateway.keys.seal(secret, places.letterPassword(gateway.letter.key))
  const forged = mailWith([await gateway.seal({ password: '' })])
  for (const way of ['key', 'sender'] as const) {
    gateway.memory.sealed.letters.set(gateway.letter.key, { ...gateway.letter, way, password })
    t.ok(isUnchanged(await gateway.arrives(forged), forged))
    t.equal(gateway.said(), `${LEFT}the password of its letter cannot be read`)
  }
  // Moved in the store from another letter: the key file does not open it here.
  const moved = await gateway.keys.seal(secret, places.letterPassword('other'))
  gateway.memory.sealed.letters.set(gateway.letter.key, { ...gateway.letter, password: moved })
  t.ok(isUnchanged(await gateway.arrives(forged), forged))
  t.equal(gateway.said(), `${LEFT}the password of its letter cannot be read`)
})

t.test('whoever guesses passwords is stopped, and cannot tell', async t => {
  const gateway = shared.fresh()
  const { answers } = gateway.memory.sealed
  for (let guess = 0; guess < 19; guess += 1)
    answers.set(`guess ${guess}`, {
      digest: `guess ${guess}`,
      key: gateway.letter.key,
      outcome: 'refused',
      mail: '',
      at: NOW,
    })
  const wrong = mailWith([await gateway.seal({ password: 'wrong' })])
  await gateway.arrives(wrong)
  t.equal(gateway.said(), `${LEFT}the password of its letter does not open it`)
  await gateway.arrives(wrong)
  t.equal(gateway.said(), `${LEFT}it did not open before`, 'the same guess costs nothing')
  const right = mailWith([await gateway.seal()])
  t.ok(isUnchanged(await gateway.arrives(right), right))
  t.equal(gateway.said(), `${LEFT}too many answers to its letter did not open`)
  gateway.clock = NOW + DAY_MS + 1
  await gateway.arrives(right)
  t.match(gateway.said(), /^answer\.opened/)
})

t.test('the settings leave answers sealed', async t => {
  const off = await bench(t, '[seal]\nopen_answers = false')
  const honest = mailWith([await off.seal()])
  t.ok(isUnchanged(await off.arrives(honest), honest))
  t.equal(off.said(), `${LEFT}open_answers is off`)
  const listed = '[seal]\nmax_answer_size = "64K"\nanswers_left_sealed = ["@bad.example"]'
  const some = await bench(t, listed)
  const message = mailWith([await some.seal()])
  t.ok(isUnchanged(await some.arrives(message), message))
  t.equal(some.said(), `${LEFT}it is left sealed by the settings`)
  const large = mailWith([await some.seal({ data: Buffer.alloc(70_000) })])
  t.ok(isUnchanged(await some.arrives(large), large))
  t.equal(some.said(), `${LEFT}it is larger than max_answer_size, or would be`)
})

t.test('what would become too large for servers inside is left as it is', async t => {
  const { memory, ...gateway } = await bench(t, '[seal]\nmax_answer_size = "1M"')
  for (const [bytes, row] of [
    [350_000, /^answer\.left: .*larger than max_answer_size/],
    [150_000, /^answer\.opened/],
  ] as const) {
    const message = mailWith([await gateway.seal({ data: Buffer.alloc(bytes) })])
    t.ok(message.length < 1024 * 1024, 'it came smaller')
    const onward = await gateway.arrives(message)
    t.match(gateway.said(), row)
    t.ok(onward.length < 1024 * 1024)
  }
  t.equal(memory.sealed.acts.length, 1)
})

t.test('a store that fails defers the mail; the next try opens it', async t => {
  const gateway = shared.fresh()
  gateway.logged.expect('message not examined')
  const message = mailWith([await gateway.seal()])
  const { sealing } = gateway.memory.store
  const works = { ...sealing }
  Object.assign(sealing, { noteAnswer: () => Promise.reject(new Error('locked')) })
  const sent = { message, recipients: ['anna@in.example'], sender: 'bob@bad.example' }
  t.match(await gateway.send({ ...sent, queueId: 'EEEEEEEE5' }), { verdict: 'tempfail' })
  Object.assign(sealing, works)
  const [text] = await contentOf(parseMail(await gateway.arrives(message)))
  t.match(text?.[1], /^Answer to your sealed letter/)
})

t.test('headers from outside have no effect', async t => {
  const gateway = shared.fresh()
  const header =
    'From: ceo@in.example\r\nSender: ceo@in.example\r\nReply-To: mallory@evil.example\r\n' +
    'Subject: forged\r\nMessage-ID: <1@in.example>\r\nIn-Reply-To: <other@in.example>\r\n' +
    'X-Postseal-Reference: 0123\r\nX-Postseal-Protection: content=sealed\r\nX-Postseal-Answer-To: other\r\n' +
    'Content-Disposition: attachment; filename=x.exe\r\nResent-From: ceo@in.example\r\nList-Unsubscribe: <http://x>\r\n'
  const mail = parseMail(await gateway.arrives(mailWith([await gateway.seal()], { header })))
  const names = mail.root.fields.map(({ name }) => name.toLowerCase()).sort()
  t.same(names, [
    'content-type',
    'date',
    'from',
    'in-reply-to',
    'message-id',
    'mime-version',
    'references',
    'subject',
    'to',
    'x-postseal-answer-to',
    'x-postseal-inside',
    'x-postseal-reference',
  ])
  t.same(fieldsOf(mail, 'From'), ['bob@bad.example'])
  t.same(fieldsOf(mail, 'Subject'), ['Re: Befund'])
  t.same(fieldsOf(mail, 'In-Reply-To'), ['<1@in.example>'])
})

t.test('what is opened does not leave, whatever aliases and forwards make of it', async t => {
  const gateway = shared.fresh()
  const onward = await gateway.arrives(mailWith([await gateway.seal()]))
  const split = await pass(gateway, 're-split', onward, {
    sender: 'bob@bad.example',
    recipients: ['anna@good.example'],
  })
  t.match(split, { verdict: 'reject', said: /does not leave/ })
})
