import t from 'tap'
import {
  type BodyReply,
  type MilterHandlers,
  type StageReply,
  replies,
  replyCode,
} from '../../src/milter/index.js'
import { deliver, postfixLab, sendLetter, sendOn } from '../support/milter-postfix.js'
import { SmtpTalk } from '../support/milter-smtp.js'

const MESSAGE = 'From: a@sender.test\r\n\r\nbody\r\n'

type Stage = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'header' | 'eoh' | 'body' | 'message'

const CODE = replyCode(554, '5.7.9', ['100% no', 'and %s'])

/** The reply of the filter, and the one that the client gets for it. */
const REFUSALS: [name: string, reply: StageReply, heard: string][] = [
  ['reject', replies.reject, '550 5.7.1 Command rejected'],
  ['tempfail', replies.tempfail, '451 4.7.1 Service unavailable - try again later'],
  ['a code with two lines', CODE, '554-5.7.9 100% no\n554 5.7.9 and %s'],
]

/** Where the client hears of a refusal: what cleanup(8) asks is answered at the end of the data. */
const STAGES: [stage: Stage, where: string][] = [
  ['helo', 'mail'],
  ['mail', 'mail'],
  ['rcpt', 'rcpt'],
  ['data', 'data'],
  ['header', 'end'],
  ['eoh', 'end'],
  ['body', 'end'],
  ['message', 'end'],
]

const NOT_ACCEPTING = 'connect: 554 postfix.sandbox.test ESMTP not accepting connections'

/** Postfix answers a refused connection in its own words, a temporary failure at the first MAIL. */
const AT_CONNECT: [name: string, reply: StageReply, heard: string][] = [
  ['reject', replies.reject, NOT_ACCEPTING],
  ['tempfail', replies.tempfail, 'mail: 451 4.7.1 Service unavailable - try again later'],
  ['a code', CODE, NOT_ACCEPTING],
]

await t.test('a refusal at every stage reaches the client, and nothing is queued', async t => {
  const lab = await postfixLab(t, 'unix')
  let seen = 0
  const refuse = async (stage: Stage, name: string, reply: StageReply, want: string) => {
    await lab.withFilter(answering(stage, reply), async () => {
      const heard = await sendLetter(lab, { to: ['x@rcpt.test'], message: MESSAGE })
      t.equal(heard, want, `${name} at ${stage}`)
      seen += 1
    })
  }
  for (const [name, reply, heard] of AT_CONNECT) await refuse('connect', name, reply, heard)
  for (const [stage, where] of STAGES) {
    for (const [name, reply, heard] of REFUSALS) {
      await refuse(stage, name, reply, `${where}: ${heard}`)
    }
  }
  t.equal(seen, 27)
  t.equal(await lab.postfix.postqueue(['-p']), 'Mail queue is empty\n')
  t.equal(lab.receiver.count, 0, 'nothing was delivered')
})

await t.test('discard at every stage of a message: taken, and gone', async t => {
  const lab = await postfixLab(t, 'inet')
  let seen = 0
  for (const [stage] of STAGES.filter(([stage]) => stage !== 'helo')) {
    await lab.withFilter(answering(stage, replies.discard), async () => {
      const heard = await sendLetter(lab, { to: ['x@rcpt.test'], message: MESSAGE })
      t.match(heard, /^end: 250 /, `discard at ${stage}`)
      seen += 1
    })
  }
  t.equal(seen, 7)
  t.equal(await lab.postfix.postqueue(['-p']), 'Mail queue is empty\n')
  t.equal(lab.receiver.count, 0, 'nothing was delivered')
})

await t.test(
  'accept at every stage: the message goes on, and the filter hears no more',
  async t => {
    const lab = await postfixLab(t, 'unix')
    let asked = 0
    for (const [stage] of [['connect'] as const, ...STAGES]) {
      const filter: MilterHandlers = {
        ...(stage === 'message' ? {} : { message: () => ((asked += 1), replies.reject) }),
        ...answering(stage, replies.accept),
      }
      await lab.withFilter(filter, async () => {
        const { message } = await deliver(lab, { to: [`${stage}@rcpt.test`], message: MESSAGE })
        t.equal(message, MESSAGE, `accept at ${stage}`)
      })
    }
    t.equal(asked, 0)
  },
)

await t.test('one refused recipient of three does not get the message', async t => {
  const lab = await postfixLab(t, 'unix')
  const shown: string[][] = []
  const filter: MilterHandlers = {
    rcpt: (_session, _tx, { address }) =>
      address.startsWith('no') ? replyCode(550, '5.1.1', 'not this one') : replies.continue,
    message: tx => {
      shown.push(tx.recipients.map(({ address }) => address))
      return replies.continue
    },
  }
  await lab.withFilter(filter, async () => {
    const to = ['one@rcpt.test', 'no@rcpt.test', 'two@rcpt.test']
    const { recipients } = await deliver(lab, { to, message: MESSAGE })
    t.same(recipients, ['one@rcpt.test', 'two@rcpt.test'])
    t.same(shown, [['one@rcpt.test', 'two@rcpt.test']])
  })
})

await t.test('a recipient that Postfix refuses is shown when it is asked for', async t => {
  const lab = await postfixLab(t, 'unix', {
    smtpd_recipient_restrictions: 'check_recipient_access inline:{ no@rcpt.test=REJECT }',
  })
  const shown: unknown[] = []
  const filter: MilterHandlers = {
    needs: { rejectedRecipients: true },
    rcpt: (_session, tx, { address, rejected }) => {
      shown.push([address, rejected, rejected ? tx.macros.get('rcpt_mailer') : ''])
      return replies.continue
    },
    message: () => replies.continue,
  }
  await lab.withFilter(filter, async () => {
    const to = ['one@rcpt.test', 'no@rcpt.test']
    const { recipients } = await deliver(lab, { to, message: MESSAGE })
    t.same(recipients, ['one@rcpt.test'])
  })
  t.same(shown, [
    ['one@rcpt.test', false, ''],
    ['no@rcpt.test', true, 'error'],
  ])
})

await t.test('several messages, a reset and an unknown command in one session', async t => {
  const lab = await postfixLab(t, 'unix')
  const lines: string[] = []
  const filter: MilterHandlers = {
    unknown: (_session, line) => {
      lines.push(line)
      return replyCode(550, '5.5.1', 'never heard of it')
    },
    message: tx => (tx.sender.address === 'second@sender.test' ? replies.reject : replies.continue),
    abort: tx => lines.push(`abort ${tx.sender.address}`),
  }
  await lab.withFilter(filter, async () => {
    const { talk } = await SmtpTalk.open(lab.postfix.smtpPort)
    t.teardown(() => talk.close())
    await talk.command('EHLO client.test')
    const letter = (from: string, to: string) => ({ from, to: [to], message: MESSAGE })
    t.match(await sendOn(talk, letter('first@sender.test', 'first@rcpt.test')), /^end: 250 /)
    t.equal(await talk.command('FROB xyz'), '550 5.5.1 never heard of it')
    t.match(await sendOn(talk, letter('second@sender.test', 'x@rcpt.test')), /^end: 550 5\.7\.1/)
    t.match(await talk.command('MAIL FROM:<third@sender.test>'), /^250/)
    t.match(await talk.command('RSET'), /^250/)
    t.match(await talk.command('EHLO other.test'), /^250/)
    t.match(await sendOn(talk, letter('', 'fourth@rcpt.test')), /^end: 250 /)
  })
  t.equal((await lab.receiver.mailTo('first@rcpt.test')).sender, 'first@sender.test')
  t.equal((await lab.receiver.mailTo('fourth@rcpt.test')).sender, '')
  t.match(lines, [/^FROB/, 'abort third@sender.test'])
  t.equal(lines.length, 2)
})

await t.test('sendmail(1) passes the filter too, and a refusal bounces or waits', async t => {
  const lab = await postfixLab(t, 'unix')
  const filter: MilterHandlers = {
    message: tx => {
      if (tx.sender.address === 'later@sender.test') return replies.tempfail
      if (tx.sender.address !== '') t.equal(tx.session.connection?.host, 'localhost')
      tx.edits.addHeader('X-Seen', `raw sender ${tx.sender.raw}`)
      return replies.continue
    },
  }
  await lab.withFilter(filter, async () => {
    const input = 'Subject: s\nFrom: a@sender.test\n\nbody\n'
    await lab.postfix.sendmail(['-f', 'a@sender.test', 'x@rcpt.test'], input)
    const { message } = await lab.receiver.mailTo('x@rcpt.test')
    t.match(message, /^X-Seen: raw sender a@sender\.test\r$/m, 'no brackets there')
    await lab.postfix.sendmail(['-f', 'later@sender.test', 'y@rcpt.test'], input)
    t.match(
      await lab.postfix.waitForLog(line => line.includes('milter-reject')),
      'from=<later@sender.test>',
    )
  })
  t.equal(lab.receiver.count, 0, 'the second one waits')
})

/** A filter that gives `reply` at one stage and has no handler for the others. */
function answering(stage: Stage, reply: StageReply): MilterHandlers {
  const answer = (): BodyReply & StageReply => reply
  return stage === 'body' ? { streamBody: answer } : { [stage]: answer }
}
