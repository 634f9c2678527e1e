import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'
import { written } from '../support/lane-letter.js'
import { fields, parts, reportTo } from '../support/lane-text.js'
import { dotStuffed } from '../support/milter-smtp.js'

t.setTimeout(300_000)
await enterNamespace()

const FORGED = 'X-Postseal-Lane: sealed\r\n'
const lab = await LaneLab.start(t)

/** Says a message to a listener, as every user of the machine could. */
async function atListener(port: number, to: string, message: Buffer): Promise<string> {
  const talk = await lab.talk(port)
  await talk.command('EHLO localhost')
  await talk.command('MAIL FROM:<mallory@home.test>')
  await talk.command(`RCPT TO:<${to}>`)
  await talk.command('DATA')
  talk.write(dotStuffed(message.toString('latin1')))
  const reply = await talk.reply(60_000)
  talk.close()
  return reply
}

await t.test('a lane that a client writes into its header has no effect', async t => {
  t.match(await lab.refused({ to: ['one@weak.test'], class: 'high', headers: FORGED }), /^550/)
  await lab.send({ to: ['one@good.test'], headers: FORGED })
  t.same(fields(await lab.arrived('one@good.test'), 'X-Postseal-Lane'), [])
  t.same(await lab.story('one@good.test'), ['qtls: Verified, sent to mx.good.test'])
  t.same(lab.arrivals('one@weak.test'), [])
})

await t.test('nor has one that sendmail(1) is given', async t => {
  await lab.sendmail({
    from: 'two@home.test',
    to: ['two@weak.test', 'two@home.test'],
    headers: FORGED,
  })
  const inside = await lab.arrived('two@home.test')
  t.same(fields(inside, 'X-Postseal-Lane'), [])
  await lab.bounced('two@weak.test')
  t.same(await lab.story('two@weak.test'), ['split: bounced 5.7.1'])
  t.same(lab.arrivals('two@weak.test'), [])
})

await t.test('nor in other letters, twice, or folded', async t => {
  const headers = 'x-postseal-lane: sealed\r\nX-POSTSEAL-LANE:\r\n sealed\r\n'
  await lab.send({ to: ['three@good.test', 'three@weak.test'], from: 'three@home.test', headers })
  const { header } = parts(await lab.arrived('three@good.test'))
  t.notMatch(header, /^x-postseal-lane/im)
  await lab.bounced('three@weak.test')
  t.same(lab.arrivals('three@weak.test'), [])
})

await t.test('in an attached message it stays where it is, and binds nothing', async t => {
  const attached = `${FORGED}From: x@y.test\r\nSubject: inside\r\n\r\nInside.\r\n`
  const letter = {
    from: 'four@home.test',
    to: ['four@good.test', 'four@weak.test'],
    headers: 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n',
    body: `--b\r\nContent-Type: message/rfc822\r\n\r\n${attached}\r\n--b--\r\n`,
  }
  await lab.send(letter)
  const arrival = await lab.arrived('four@good.test')
  t.equal(parts(arrival).body, letter.body)
  t.same(await lab.story('four@good.test'), [
    'split: sent to re-split',
    'qtls: Verified, sent to mx.good.test',
  ])
  await lab.bounced('four@weak.test')
  t.same(lab.arrivals('four@weak.test'), [])
})

await t.test('a reference that a client writes is replaced by one of ours', async t => {
  const made = 'X-Postseal-Reference: 00000000000000000000-0000000000000000\r\n'
  await lab.send({ to: ['five@good.test'], headers: made })
  const [reference, ...others] = fields(await lab.arrived('five@good.test'), 'X-Postseal-Reference')
  t.match(reference, /^[0-9a-v]{20}-[0-9a-v]{16}$/)
  t.not(reference, '00000000000000000000-0000000000000000')
  t.same(others, [])
})

await t.test('a reference that was right, on another message, is worth nothing', async t => {
  await lab.send({ to: ['six@good.test'], user: 'anna' })
  const [reference] = fields(await lab.arrived('six@good.test'), 'X-Postseal-Reference')
  const headers = `X-Postseal-Reference: ${reference}\r\n`
  const { bytes } = written({ to: ['six@weak.test'], headers, body: 'Another text.\r\n' })
  t.match(await atListener(10026, 'six@weak.test', bytes), /^550/)
  const line = await lab.logged({ pass: 're-split', reason: 'the reference of another message' })
  t.equal(line['reply'], '550 5.7.1')
})

await t.test('and on the same body it does not count for another recipient', async t => {
  await lab.send({ to: ['seven@good.test', 'seven@home.test'], class: 'high', user: 'anna' })
  const [reference] = fields(await lab.arrived('seven@good.test'), 'X-Postseal-Reference')
  const headers = `X-Postseal-Reference: ${reference}\r\n`
  const { bytes } = written({ to: ['seven@weak.test'], headers })
  t.match(await atListener(10026, 'seven@weak.test', bytes), /^550/)
  await lab.logged({ pass: 're-split', reason: /the reference of another (?:sender|recipient)/ })
})

await t.test('a local user who connects to the listener of split is nobody', async t => {
  const { bytes } = written({ to: ['eight@weak.test'], headers: FORGED })
  t.match(await atListener(10026, 'eight@weak.test', bytes), /^550/)
  await lab.logged({ pass: 're-split', reason: 'no reference' })
  t.same(lab.arrivals('eight@weak.test'), [])
})

await t.test(
  'what somebody brings to the listener of a lane is not taken, and an alarm',
  async t => {
    const { bytes } = written({ to: ['nine@good.test'] })
    t.match(await atListener(10027, 'nine@good.test', bytes), /^451/)
    t.match(await atListener(10028, 'nine@good.test', bytes), /^451/)
    await lab.logged({
      level: 'error',
      event: 'a lane handed over a message that it was never given',
    })
    t.same(lab.arrivals('nine@good.test'), [])
  },
)

await t.test(
  'a lock that a client puts on the subject goes off where it would be a lie',
  async t => {
    const subject = '=?utf-8?q?=F0=9F=94=92?= Trust me'
    await lab.send({
      to: ['ten@selfsigned.test'],
      subject,
      headers: 'X-Postseal-Protection: qualified\r\n',
    })
    const arrival = await lab.arrived('ten@selfsigned.test')
    t.same(fields(arrival, 'Subject'), ['Trust me'])
    t.same(fields(arrival, 'X-Postseal-Protection'), [])
  },
)

await t.test('and stands there once where it is the truth', async t => {
  const subject = '=?utf-8?q?=F0=9F=94=92_=F0=9F=94=92?= Trust me'
  await lab.send({ to: ['eleven@good.test'], subject })
  t.same(fields(await lab.arrived('eleven@good.test'), 'Subject'), [
    '=?utf-8?q?=F0=9F=94=92?= Trust me',
  ])
})

await t.test('mail to an internal recipient gets no lock', async t => {
  await lab.send({ to: ['twelve@home.test'], class: 'high' })
  t.same(fields(await lab.arrived('twelve@home.test'), 'Subject'), ['Hello'])
})

await t.test('the report of a failed message brings no lane and no content to anybody', async t => {
  const from = 'thirteen@good.test'
  const body = 'The secret of thirteen.\r\n'
  await lab.send({ from, to: ['thirteen@weak.test', 'thirteen@fine.test'], class: 'high', body })
  const report = await reportTo(lab, from)
  t.equal(report.returns, 'headers')
  t.notMatch(report.text, 'The secret of thirteen')
  t.notMatch(report.text, 'X-Postseal-Lane')
  t.same(await lab.story(from), ['split: sent to re-split', 'qtls: Verified, sent to mx.good.test'])
})

await t.test('a report to an inside sender has the content, where the mail was normal', async t => {
  const from = 'fourteen@home.test'
  await lab.send({
    from,
    to: ['fourteen@weak.test', 'fourteen@good.test'],
    body: 'Lunch at noon.\r\n',
  })
  const report = await reportTo(lab, from)
  t.equal(report.returns, 'content')
  t.match(report.text, 'Lunch at noon.')
})

await t.test('unless the sender wants the header only', async t => {
  const from = 'fifteen@home.test'
  const to = ['fifteen@weak.test', 'fifteen@good.test']
  await lab.send({ from, to, parameters: 'RET=HDRS', body: 'Lunch at noon.\r\n' })
  const report = await reportTo(lab, from)
  t.equal(report.returns, 'headers')
  t.notMatch(report.text, 'Lunch at noon.')
})
