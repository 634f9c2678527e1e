import t from 'tap'
import type { LaneState } from '../../src/policy/lanes.js'
import type { QueueEntryLog } from '../../src/store/evidence.js'
import type { DomainLevel } from '../../src/store/store.js'
import { runGateway, type GatewayOptions, type RunningGateway } from '../support/gateway-running.js'

const LANES: LaneState = { inForce: true, bindsLater: false, settled: true }
const LETTER = 'Message-ID: <1@in.example>\r\nSubject: Offer\r\n\r\nDear Bob\r\n'
const SECRET = 'Subject: [vertraulich] Befund\r\n\r\nDear Bob\r\n'
const HIGH = `[plugin."classify/subject-tag"]\nhigh = ["[hoch]"]\nconfidential = ["[vertraulich]"]\n`
const LETTER_HIGH = 'Subject: [hoch] Termin\r\n\r\nDear Bob\r\n'
const levels = {
  'good.example': 'qualified',
  'plain.example': 'mandatory',
  'bad.example': 'none',
} as const

/** A gateway behind a Postfix with lanes. */
function withLanes(t: Parameters<typeof runGateway>[0], options: GatewayOptions = {}) {
  return runGateway(t, { levels, lanes: LANES, ...options })
}

interface Sent {
  readonly verdict: string
  readonly said: string
  readonly lane: string | undefined
  /** As Postfix would hand it over by a lane: with the entry's Received field, without the lane header. */
  readonly onward: Buffer
}

async function pass(
  gateway: RunningGateway,
  name: 'first' | 're-split' | 're-qtls' | 're-tls',
  message: string | Buffer,
  recipients: readonly string[],
  more: Partial<Parameters<RunningGateway['send']>[0]> = {},
): Promise<Sent> {
  const queueId = more.queueId ?? 'AAAAAAAA1'
  const result = await gateway.send({
    message: Buffer.from(message),
    recipients,
    queueId,
    ...(name === 'first' ? {} : { daemonName: name }),
    ...more,
  })
  const text = (result.message ?? Buffer.alloc(0)).toString('latin1')
  const lane = /^X-Postseal-Lane: (.*)\r$/m.exec(text)?.[1]
  const handedOver = text.replace(/^X-Postseal-Lane: .*\r\n/gm, '')
  return {
    verdict: result.verdict,
    said: JSON.stringify(result.reply),
    lane,
    onward: Buffer.from(
      `Received: by gate.example (Postfix)\r\n\tid ${queueId}; Tue, 24 Nov 2026 10:00:00 +0000\r\n${handedOver}`,
      'latin1',
    ),
  }
}

function tlsFailure(lane: string): QueueEntryLog {
  const text = 'Server certificate not verified'
  const attempt = { at: 1, queueId: 'AAAAAAAA1', service: lane, relay: 'mx[127.0.0.2]:25' }
  return { deliveries: [], attempts: [{ ...attempt, dsn: '4.7.5', text }] }
}

t.test('one good domain is bound in the first pass, and the lock goes on', async t => {
  const gateway = await withLanes(t)
  const sent = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  t.match(sent, { verdict: 'accept', lane: 'qtls' })
  t.match(sent.onward.toString(), /^X-Postseal-Reference: [0-9a-v]{20}-[0-9a-v]{16}\r$/m)
  const [record] = gateway.records
  t.match(record, {
    pass: 'first',
    reply: '250',
    transit: { pinned: 'qtls', tried: ['qtls'], floor: 'normal', recipient: undefined },
  })
  t.equal(record?.transit?.root, record?.reference)
})

t.test('different recipients are left to Postfix and decided one by one at split', async t => {
  const gateway = await withLanes(t, { settings: HIGH })
  const to = ['eva@in.example', 'bob@good.example', 'max@bad.example']
  const first = await pass(gateway, 'first', LETTER_HIGH, to, { auth: { user: 'anna' } })
  t.match(first, { verdict: 'accept', lane: undefined })
  t.match(first.onward.toString(), 'Subject: [hoch] Termin', 'nothing is taken off yet')

  const good = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(good, { verdict: 'accept', lane: 'qtls' })
  t.notMatch(good.onward.toString(), '[hoch]')
  const bad = await pass(gateway, 're-split', first.onward, ['max@bad.example'])
  t.match(bad, { verdict: 'reject', said: /550.*5\.7\.1.*max@bad\.example/ })
  t.match(gateway.records.slice(1), [
    {
      pass: 're-split',
      authUser: 'anna',
      transit: { recipient: 'bob@good.example', floor: 'high' },
    },
    { pass: 're-split', authUser: 'anna', reply: '550 5.7.1', transit: undefined },
  ])
  const roots = new Set(gateway.records.map(({ transit }) => transit?.root))
  t.equal(roots.delete(undefined) && roots.size, 1, 'one story')
})

t.test('what was high in the first pass stays high although its tag is gone', async t => {
  const gateway = await withLanes(t, { settings: HIGH })
  const first = await pass(gateway, 'first', LETTER_HIGH, ['bob@good.example'])
  t.equal(first.lane, 'qtls')
  gateway.memory.queue.set('AAAAAAAA1', tlsFailure('qtls'))
  const back = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(back, { verdict: 'reject', said: /550.*not qualified/ })
  t.match(gateway.memory.probes, [/^good\.example: the lane qtls.* for \S+, 100 an hour$/])
})

t.test(
  'what a permitted sender states by a tag holds for the whole way, and nobody else states it',
  async t => {
    const settings = `[group]
desk = ["anna", "bert"]
[[rule]]
name = "plain"
user = ["group:desk"]
subject_tag = ["[plain]"]
set_class = "normal"
reason = "trained"
`
    const letter = 'Sensitivity: private\r\nSubject: [plain] Hours\r\n\r\nDear Bob\r\n'
    const gateway = await withLanes(t, { settings })
    const to = ['bob@good.example']
    const first = await pass(gateway, 'first', letter, to, { auth: { user: 'anna' } })
    t.match(first, { verdict: 'accept', lane: 'qtls' })
    t.match(subjectOf(first.onward), /Hours$/)
    t.notMatch(subjectOf(first.onward), 'plain')
    t.match(gateway.records[0]?.decision, { class: 'normal' })
    t.match(
      gateway.records[0]?.decision.labels.find(({ id }) => id === 'rule.plain'),
      { why: 'rule plain sets the class: trained' },
    )
    gateway.memory.queue.set('AAAAAAAA1', tlsFailure('qtls'))
    const back = await pass(gateway, 're-qtls', first.onward, to)
    t.match(back, { verdict: 'accept', lane: 'tls' }, 'without the tag it is still normal')
    t.match(
      await pass(gateway, 'first', letter, to),
      { verdict: 'reject' },
      'a sender who is nobody',
    )
  },
)

t.test('without qualified TLS a normal message goes on by the next lane, its lock off', async t => {
  const gateway = await withLanes(t)
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  gateway.memory.queue.set('AAAAAAAA1', tlsFailure('qtls'))
  const back = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(back, { verdict: 'accept', lane: 'tls' })
  t.equal(subjectOf(back.onward), 'Offer')
  gateway.memory.queue.set('AAAAAAAA1', tlsFailure('tls'))
  const again = await pass(gateway, 're-tls', back.onward, ['bob@good.example'])
  t.match(again, { verdict: 'reject', said: /550/ })
  t.match(gateway.records.at(-1)?.pass, 're-tls')
})

t.test('a server with a new key is looked at again before anything else is decided', async t => {
  const level = { domain: 'good.example', until: undefined, match: [], dane: false, probedAt: 0 }
  let known: DomainLevel = { ...level, level: 'qualified' }
  const levels = async () => new Map([['good.example', known]])
  const gateway = await withLanes(t, { pinned: ['good.example'], store: { levels } })
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  const failure = tlsFailure('qtls')
  const attempts = failure.attempts.map(one => ({ ...one, at: 1_800_000_000_000 }))
  gateway.memory.queue.set('AAAAAAAA1', { ...failure, attempts })
  const kept = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(kept, { verdict: 'tempfail', said: /451.*keys of its servers/ })
  t.match(gateway.memory.probes, [/^good\.example: the lane qtls/])
  known = { ...level, level: 'mandatory' }
  const back = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(back, { verdict: 'accept', lane: 'tls' }, 'it has lost its level')
})

t.test('what is no matter of TLS stays in its lane', async t => {
  const gateway = await withLanes(t, { settings: '[postfix]\ncause_timeout = "0s"' })
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  gateway.logged.expect('the log does not say why a lane handed a message back')
  const silent = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(silent, { verdict: 'tempfail', said: /the log has not said why/ })
  const attempt = { at: 1, queueId: 'AAAAAAAA1', service: 'qtls', relay: 'mx[127.0.0.2]:25' }
  const greylisted = { ...attempt, dsn: '4.7.1', text: 'host mx said: 450 4.7.1 come back later' }
  gateway.memory.queue.set('AAAAAAAA1', { deliveries: [], attempts: [greylisted] })
  const kept = await pass(gateway, 're-qtls', first.onward, ['bob@good.example'])
  t.match(kept, { verdict: 'tempfail', said: /451.*come back later/ })
  t.equal(gateway.records.length, 1)
})

t.test('a domain that takes no mail ends as what it is', async t => {
  const domains = { 'good.example': 'nxdomain', 'plain.example': 'null-mx' } as const
  const gateway = await withLanes(t, { domains })
  const nowhere = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  const gone = await pass(gateway, 're-qtls', nowhere.onward, ['bob@good.example'])
  t.match(gone, { verdict: 'reject', said: /550.*5\.1\.2.*does not exist/ })
  const nobody = await pass(gateway, 'first', LETTER, ['bob@plain.example'])
  const refused = await pass(gateway, 're-tls', nobody.onward, ['bob@plain.example'])
  t.match(refused, { verdict: 'reject', said: /550.*5\.1\.10/ })
})

t.test('an undetermined domain waits at split and goes on when the answer is there', async t => {
  let now = 1_800_000_000_000
  const gateway = await withLanes(t, { now: () => now })
  const first = await pass(gateway, 'first', LETTER, ['bob@new.example'])
  t.match(first, { verdict: 'accept', lane: undefined })
  const waits = await pass(gateway, 're-split', first.onward, ['bob@new.example'])
  const root = gateway.records[0]?.reference ?? ''
  t.match(waits, {
    verdict: 'tempfail',
    said: new RegExp(`451.*tested.*Waiting.*reference ${root}`),
  })
  const [row] = gateway.memory.waiting.values()
  t.match(row, {
    why: 'wait',
    queueId: 'AAAAAAAA1',
    reference: root,
    domain: 'new.example',
    tries: 1,
  })
  t.match(gateway.memory.notices, [{ kind: 'waiting', to: 'anna@in.example', cause: 'AAAAAAAA1' }])
  t.match(gateway.memory.probes, [/^new\.example: a message waits for it for \S+, 100 an hour$/])

  now += 20 * 60_000
  await pass(gateway, 're-split', first.onward, ['bob@new.example'])
  t.equal(gateway.records.length, 2, 'one record for all tries')
  gateway.memory.levels.set('new.example', 'qualified')
  const goes = await pass(gateway, 're-split', first.onward, ['bob@new.example'])
  t.match(goes, { verdict: 'accept', lane: 'qtls' })
  t.same(gateway.memory.ended, ['delivered'])
  t.match(gateway.memory.notices.at(-1), { kind: 'delivered' })
})

t.test('a qualified domain waits until Postfix has been told how to verify it', async t => {
  const unmapped = ['good.example']
  const gateway = await withLanes(t, { unmapped })
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  t.match(first, { verdict: 'accept', lane: undefined })
  const waits = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(waits, { verdict: 'tempfail', said: /Waiting/ })
  unmapped.pop()
  const goes = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(goes, { verdict: 'accept', lane: 'qtls' })
})

t.test('waiting has an end', async t => {
  let now = 1_800_000_000_000
  const gateway = await withLanes(t, { now: () => now, settings: HIGH })
  const first = await pass(gateway, 'first', LETTER_HIGH, ['bob@new.example'])
  await pass(gateway, 're-split', first.onward, ['bob@new.example'])
  now += 4 * 3_600_000
  const ends = await pass(gateway, 're-split', first.onward, ['bob@new.example'])
  t.match(ends, { verdict: 'reject', said: /550/ })
  t.same(gateway.memory.ended, ['rejected'])
  t.match(gateway.memory.notices.at(-1), { kind: 'ended', why: /not qualified/ })
})

const HOLD_RULE = '[[rule]]\nname = "look"\ndomain = ["good.example"]\naction = "hold"\n'

t.test(
  'a message on hold goes on when an officer releases it, and not into hold again',
  async t => {
    const gateway = await withLanes(t, { settings: HOLD_RULE })
    const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
    const held = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
    t.match(held, { verdict: 'tempfail', said: /Waiting for a release/ })
    decideAll(gateway, 'released')
    const goes = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
    t.match(goes, { verdict: 'accept', lane: 'qtls' })
    t.match(gateway.records.at(-1), { transit: { released: true } })
    gateway.memory.queue.set('AAAAAAAA1', tlsFailure('qtls'))
    const back = await pass(gateway, 're-qtls', goes.onward, ['bob@good.example'])
    t.match(back, { verdict: 'accept', lane: 'tls' })
  },
)

t.test('a cancelled message and one that nobody released are refused', async t => {
  let now = 1_800_000_000_000
  const gateway = await withLanes(t, { settings: HOLD_RULE, now: () => now })
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  decideAll(gateway, 'cancelled')
  const cancelled = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(cancelled, { verdict: 'reject', said: /cancelled by/ })
  await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  now += 12 * 3_600_000
  const late = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(late, { verdict: 'reject', said: /nobody released/ })
})

t.test('while outgoing mail is stopped nothing passes and everything is kept', async t => {
  const gateway = await withLanes(t)
  gateway.memory.paused = true
  const first = await pass(gateway, 'first', LETTER, ['bob@good.example'])
  t.match(first, { verdict: 'accept', lane: undefined })
  const stopped = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(stopped, { verdict: 'tempfail', said: /stopped by the operator/ })
  gateway.memory.paused = false
  const goes = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  t.match(goes, { verdict: 'accept', lane: 'qtls' })
})

t.test('a forged lane or reference has no effect', async t => {
  const gateway = await withLanes(t)
  const forged = `X-Postseal-Lane: sealed\r\nx-postseal-reference: 0123456789abcdefghij-0123456789abcdef\r\n${LETTER}`
  const first = await pass(gateway, 'first', forged, ['bob@plain.example'])
  t.equal(first.lane, 'tls')
  t.equal(first.onward.toString().match(/^x-postseal-reference:/gim)?.length, 1)
  t.notMatch(first.onward.toString(), '0123456789abcdefghij')
})

t.test('a reference on another message, sender or recipient makes nobody of it', async t => {
  const gateway = await withLanes(t, {
    settings: `${HIGH}[[rule]]\nname = "anna"\nuser = ["anna"]\nset_class = "normal"\nreason = "newsletter"\n`,
  })
  const auth = { user: 'anna' }
  const to = ['bob@good.example', 'max@plain.example']
  const first = await pass(gateway, 'first', LETTER_HIGH, to, { auth })
  const split = (message: Buffer, more = {}) =>
    pass(gateway, 're-split', message, ['max@plain.example'], more)
  t.match(
    await split(first.onward),
    { verdict: 'accept', lane: 'tls' },
    'as it left the first pass',
  )
  const other = Buffer.from(first.onward.toString().replace('Dear Bob', 'Dear Max'))
  t.match(await split(other), { verdict: 'reject' }, 'another body: nobody may lower its class')
  t.equal(gateway.logged.lines.at(-1)?.fields.reason, 'the reference of another message')
  const twice = Buffer.from(
    first.onward.toString().replace(/^(X-Postseal-Reference: .*\r\n)/m, '$1$1'),
  )
  t.match(await split(twice), { verdict: 'reject' }, 'two references')

  const bound = await pass(gateway, 're-split', first.onward, ['bob@good.example'])
  gateway.memory.queue.set('AAAAAAAA1', tlsFailure('qtls'))
  gateway.logged.expect('a lane handed over a message that it was never given')
  const moved = await pass(gateway, 're-qtls', bound.onward, ['max@plain.example'])
  t.match(moved, { verdict: 'tempfail' }, 'bound to another recipient')
  const renamed = await pass(gateway, 're-qtls', bound.onward, ['bob@good.example'], {
    sender: 'mallory@in.example',
  })
  t.match(renamed, { verdict: 'tempfail' }, 'bound to another sender')
})

t.test('a local user who connects to a listener is nobody', async t => {
  const gateway = await withLanes(t, { settings: HIGH })
  const split = await pass(gateway, 're-split', LETTER_HIGH, ['max@plain.example'])
  t.match(split, { verdict: 'reject' })
  t.match(gateway.records, [{ authUser: undefined, clientAddress: undefined, pass: 're-split' }])
  gateway.logged.expect('a lane handed over a message that it was never given')
  const lane = await pass(gateway, 're-qtls', LETTER, ['max@plain.example'])
  t.match(lane, { verdict: 'tempfail' })
})

t.test(
  'an internal recipient at split, and several at once, are held back with an alarm',
  async t => {
    const gateway = await withLanes(t)
    gateway.logged.expect('message held back: the lanes are not wired as they should be')
    const inside = await pass(gateway, 're-split', LETTER, ['eva@in.example'])
    t.match(inside, { verdict: 'tempfail' })
    const several = await pass(gateway, 're-split', LETTER, ['a@good.example', 'b@good.example'])
    t.match(several, { verdict: 'tempfail' })
  },
)

t.test('reports of what needs protection return the header only', async t => {
  const gateway = await withLanes(t, { settings: HIGH })
  const edited = async (message: string, senderParameters: readonly string[] = []) => {
    const recipients = ['bob@good.example']
    const sent = await gateway.send({ message: Buffer.from(message), recipients, senderParameters })
    return sent.modifications.filter(({ kind }) => kind === 'change-sender')
  }
  t.match(await edited(LETTER_HIGH, ['ENVID=a+3Db']), [
    { address: '<anna@in.example>', parameters: 'RET=HDRS ENVID=a+3Db' },
  ])
  t.same(await edited(LETTER), [], 'normal class')
  t.same(await edited(LETTER_HIGH, ['RET=HDRS']), [], 'asked for by the client')
})

t.test('signatures that a signer added in an earlier pass are taken off', async t => {
  const gateway = await withLanes(t)
  const signed = `DKIM-Signature: v=1; own\r\n${LETTER}`
  const first = await pass(gateway, 'first', signed, ['bob@good.example', 'eva@in.example'])
  const withOurs = Buffer.from(`DKIM-Signature: v=1; ours\r\n${first.onward.toString()}`)
  const split = await pass(gateway, 're-split', withOurs, ['bob@good.example'])
  t.same(
    split.onward
      .toString()
      .match(/^DKIM-Signature: .*$/gm)
      ?.map(line => line.trim()),
    ['DKIM-Signature: v=1; own'],
  )
})

t.test('a product gets its trigger, and nobody else’s counts', async t => {
  const gateway = await withLanes(t, {
    settings: [
      '[[product]]\nname = "seal-box"\nnext_hop = "[box.in.example]:25"\ntrigger_header = "X-Seal: yes"',
      '[[rule]]\nname = "box"\ndomain = ["plain.example"]\naction = "hand-over"\nlane = "hand-over-seal-box"\nreason = "contract"',
    ].join('\n'),
  })
  const first = await pass(gateway, 'first', `X-Seal: client\r\n${LETTER}`, ['max@plain.example'])
  t.match(first, { verdict: 'accept', lane: undefined })
  t.notMatch(first.onward.toString(), 'X-Seal')
  const split = await pass(gateway, 're-split', first.onward, ['max@plain.example'])
  t.match(split, { verdict: 'accept', lane: 'hand-over-seal-box' })
  t.match(split.onward.toString(), /^X-Seal: yes\r$/m)
})

t.test('a product that sends a message back gets it once more, and no third time', async t => {
  const gateway = await withLanes(t, {
    settings: [
      '[[product]]\nname = "seal-box"\nnext_hop = "[box.in.example]:25"',
      '[[rule]]\nname = "box"\ndomain = ["plain.example"]\naction = "hand-over"\nlane = "hand-over-seal-box"\nreason = "contract"',
    ].join('\n'),
  })
  const to = ['max@plain.example']
  let message: string | Buffer = LETTER
  for (const round of [1, 2]) {
    const first: Sent = await pass(gateway, 'first', message, to)
    const split = await pass(gateway, 're-split', first.onward, to)
    t.match(split, { lane: 'hand-over-seal-box' }, `round ${round}`)
    message = split.onward
  }
  gateway.logged.expect('message held back: the lanes are not wired as they should be')
  const first = await pass(gateway, 'first', message, to)
  t.match(await pass(gateway, 're-split', first.onward, to), { verdict: 'tempfail' })
})

t.test('a message that was requeued on its way out is not taken for one that failed', async t => {
  const gateway = await withLanes(t, { settings: HIGH })
  const first = await pass(gateway, 'first', LETTER_HIGH, ['bob@good.example'])
  t.match(first, { lane: 'qtls' })
  let { onward } = first
  for (const round of [1, 2, 3]) {
    const again = await pass(gateway, 're-split', onward, ['bob@good.example'])
    t.match(again, { verdict: 'accept', lane: 'qtls' }, `requeued ${round}`)
    onward = again.onward
  }
})

t.test('while the settings of Postfix change, mail is deferred', async t => {
  const gateway = await withLanes(t, { lanes: { ...LANES, inForce: false, settled: false } })
  gateway.logged.expect('message not examined')
  t.match(await pass(gateway, 'first', LETTER, ['bob@good.example']), { verdict: 'tempfail' })
})

t.test('observing changes nothing, and lets mail that lanes bring back leave', async t => {
  const gateway = await withLanes(t, { settings: 'mode = "observe"' })
  const first = await gateway.send({ message: Buffer.from(SECRET), recipients: ['x@bad.example'] })
  t.equal(first.message?.toString(), SECRET)
  const split = await pass(gateway, 're-split', SECRET, ['x@bad.example'])
  t.match(split, { verdict: 'accept', lane: 'sealed' })
})

function decideAll(gateway: RunningGateway, verdict: 'released' | 'cancelled'): void {
  for (const [key, row] of gateway.memory.waiting) {
    const decided = { verdict, decidedBy: 'eva', decidedAt: 1, reason: 'seen' }
    gateway.memory.waiting.set(key, { ...row, ...decided })
  }
}

function subjectOf(message: Buffer): string | undefined {
  return /^Subject: (.*)\r$/m.exec(message.toString('latin1'))?.[1]
}
