import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type MilterHandlers, replies } from '../../src/milter/index.js'
import { startFilterChild } from '../support/milter-child.js'
import { deliver, postfixLab, sendLetter, sendOn } from '../support/milter-postfix.js'
import { SmtpTalk } from '../support/milter-smtp.js'

const MESSAGE = 'X-A: b\r\n\r\nbody\r\n'
const DEFERRED = '451 4.7.1 Service unavailable - try again later'
/** A time-out of Postfix has whole seconds; a handler that takes longer than one needs progress. */
const SHORT = { milter_content_timeout: '1s', milter_command_timeout: '1s' }
const SLOW_MS = 1700

await t.test('a slow answer reaches Postfix because of the progress replies', async t => {
  const lab = await postfixLab(t, 'inet', SHORT)
  const filter: MilterHandlers = {
    rcpt: () => sleep(SLOW_MS, replies.continue),
    message: tx => {
      tx.edits.addHeader('X-Seen', 'yes')
      return sleep(SLOW_MS, replies.continue)
    },
  }
  const events = await lab.withFilter(
    filter,
    async () => {
      const { message } = await deliver(lab, { to: ['slow@rcpt.test'], message: MESSAGE })
      t.equal(message, 'X-A: b\r\nX-Seen: yes\r\n\r\nbody\r\n')
    },
    { progressMs: 300 },
  )
  t.same(events, [])
})

await t.test(
  'without progress Postfix gives up and defers; the late answer hurts nobody',
  async t => {
    const lab = await postfixLab(t, 'unix', SHORT)
    const filter: MilterHandlers = {
      message: tx =>
        tx.sender.address === 'slow@sender.test'
          ? sleep(SLOW_MS, replies.continue)
          : replies.continue,
    }
    await lab.withFilter(
      filter,
      async () => {
        const slow = { from: 'slow@sender.test', to: ['x@rcpt.test'], message: MESSAGE }
        t.equal(await sendLetter(lab, slow), `end: ${DEFERRED}`)
        await deliver(lab, { to: ['next@rcpt.test'], message: MESSAGE })
      },
      { progressMs: 60_000 },
    )
    t.equal(lab.receiver.count, 0, 'the slow one did not come')
  },
)

await t.test(
  'an answer that takes longer than the limit in all is a temporary failure',
  async t => {
    const lab = await postfixLab(t, 'unix', SHORT)
    const events = await lab.withFilter(
      { message: () => sleep(20_000, replies.continue, { ref: false }) },
      async () => {
        const heard = await sendLetter(lab, { to: ['x@rcpt.test'], message: MESSAGE })
        t.equal(heard, `end: ${DEFERRED}`)
      },
      { progressMs: 300, answerMs: 1500 },
    )
    t.match(events, [{ kind: 'answer-late' }])
  },
)

await t.test('a handler that throws defers that message and no other', async t => {
  const lab = await postfixLab(t, 'unix')
  let calls = 0
  const filter: MilterHandlers = {
    message: () => {
      calls += 1
      if (calls === 1) throw new Error('a bug')
      return replies.continue
    },
  }
  const events = await lab.withFilter(filter, async () => {
    t.equal(await sendLetter(lab, { to: ['x@rcpt.test'], message: MESSAGE }), `end: ${DEFERRED}`)
    await deliver(lab, { to: ['next@rcpt.test'], message: MESSAGE })
  })
  t.match(events, [{ kind: 'handler-failed', level: 'error' }])
  t.equal(lab.receiver.count, 0)
})

await t.test('a filter that is killed in the middle of a message: Postfix defers', async t => {
  const lab = await postfixLab(t, 'unix')
  const path = join(lab.postfix.queueDirectory, 'milter.sock')
  const child = await startFilterChild({ path, mode: 0o666 })
  t.teardown(() => child.kill())
  await deliver(lab, { to: ['before@rcpt.test'], message: MESSAGE })

  const { talk } = await SmtpTalk.open(lab.postfix.smtpPort)
  t.teardown(() => talk.close())
  await talk.command('EHLO client.test')
  await talk.command('MAIL FROM:<slow@sender.test>')
  await talk.command('RCPT TO:<x@rcpt.test>')
  await talk.command('DATA')
  talk.write(`Message-ID: <slow@sender.test>\r\n${MESSAGE}.\r\n`)
  await lab.postfix.waitForLog(line => line.includes('message-id=<slow@'))
  await child.kill()
  t.equal(await talk.reply(), DEFERRED, 'the message that was with the filter')
  const rest = await sendOn(talk, { to: ['x@rcpt.test'], message: MESSAGE })
  t.match(rest, /^\w+: 451 4\.7\.1/, 'the rest of the session')

  await lab.withFilter({ message: () => replies.continue }, async () => {
    const { message } = await deliver(lab, { to: ['after@rcpt.test'], message: MESSAGE })
    t.equal(message, MESSAGE, 'a new session finds the new filter')
  })
  t.equal(lab.receiver.count, 0)
})
