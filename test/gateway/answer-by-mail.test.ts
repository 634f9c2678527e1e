import t, { type Test } from 'tap'
import type { ClientMail } from '../../src/milter/index.js'
import { askingGateway, type AskingGateway } from '../support/ask-gateway.js'
import { LETTER, pass } from '../support/seal-gateway.js'

const TO_FAIR = { recipients: ['bob@fair.example'] }

async function asking(t: Test): Promise<{ gateway: AskingGateway; id: string; onward: Buffer }> {
  const gateway = await askingGateway(t)
  const { onward } = await pass(gateway, 'first', LETTER, TO_FAIR)
  await pass(gateway, 're-split', onward, TO_FAIR)
  return { gateway, id: (await gateway.question()).id, onward }
}

/** A reply by anna, who has logged in; `header` and `changes` go over it. */
function reply(
  gateway: AskingGateway,
  id: string,
  body: string,
  header = '',
  changes: Partial<ClientMail> = {},
) {
  const message = Buffer.from(
    `From: Anna <anna@in.example>\r\nTo: ask@in.example\r\nSubject: Re: waits [ask:${id}]\r\n${header}\r\n${body}`,
  )
  return gateway.send({
    message,
    recipients: ['ask@in.example'],
    queueId: 'REPLY1',
    auth: { user: 'anna' },
    ...changes,
  })
}

t.test('a reply of the sender with one word decides, and is delivered to nobody', async t => {
  const { gateway, id, onward } = await asking(t)
  const body = 'Versiegeln\r\n\r\nVon: ask@in.example\r\n> SEAL, SEND, CANCEL\r\n'
  t.match(await reply(gateway, id, body), { verdict: 'discard' })
  t.match(await gateway.question(), { answer: 'seal', way: 'reply', answeredBy: 'the sender' })
  t.match(await pass(gateway, 're-split', onward, TO_FAIR), { lane: 'sealed' })
  t.match(gateway.records.at(-2)?.decision.recipients, [{ action: 'deliver', row: 'ask.answer' }])
  gateway.logged.expect('an answer by mail has no effect')
  const again = await reply(gateway, id, 'CANCEL\r\n')
  t.match(again, { verdict: 'reject' })
  t.match(JSON.stringify(again.reply), /no answer to an open question to you/)
  t.match(await gateway.question(), { answer: 'seal' })
})

t.test('HTML and multipart replies are read as people write them', async t => {
  const bodies = [
    ['Content-Type: text/html\r\n', '<html><body><div>SEND</div><hr><div>SEAL</div></body></html>'],
    [
      'Content-Type: multipart/alternative; boundary=b\r\n',
      '--b\r\nContent-Type: text/plain\r\n\r\n\r\nSEND\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>SEND</p>\r\n--b--\r\n',
    ],
    ['Content-Transfer-Encoding: base64\r\n', `${Buffer.from('Send!\n').toString('base64')}\r\n`],
  ] as const
  for (const [header, body] of bodies) {
    const { gateway, id } = await asking(t)
    t.match(await reply(gateway, id, body, header), { verdict: 'discard' }, header)
    t.match(await gateway.question(), { answer: 'send' }, header)
  }
})

t.test('what is not one clear word has no effect, and its sender sees that', async t => {
  const { gateway, id } = await asking(t)
  gateway.logged.expect('an answer by mail has no effect')
  const bodies = [
    '',
    '> SEAL\r\n',
    'SEAL SEND CANCEL\r\n',
    'SEAL, SEND, CANCEL.\r\n',
    'On Monday, ask@in.example wrote:\r\n> SEAL\r\n',
    'Hello,\r\nSEND\r\n',
  ]
  for (const body of bodies) {
    const answer = await reply(gateway, id, body)
    t.match(answer, { verdict: 'reject' }, JSON.stringify(body))
    t.match(JSON.stringify(answer.reply), /first line of the text/)
  }
  t.match(await gateway.question(), { state: 'open' })
  const audit = await gateway.database.audit()
  t.equal(audit.filter(({ act }) => act === 'ask-ignored').length, bodies.length)
})

t.test('nobody but the sender answers, whatever the header says', async t => {
  const { gateway, id } = await asking(t)
  gateway.logged.expect('an answer by mail has no effect')
  const outside: Partial<ClientMail> = {
    message: Buffer.from(`From: anna@in.example\r\nSubject: [ask:${id}]\r\n\r\nSEND\r\n`),
    recipients: ['ask@in.example'],
    queueId: 'FORGED1',
    sender: 'anna@in.example',
  }
  const cases: readonly (readonly [name: string, mail: Partial<ClientMail>])[] = [
    ['from outside, with her address', outside],
    ['another user', { ...outside, auth: { user: 'bert' } }],
    ['her login, another sender', { ...outside, auth: { user: 'anna' }, sender: 'x@in.example' }],
  ]
  for (const [name, mail] of cases) {
    const result = await gateway.send(mail as ClientMail)
    t.match(result, { verdict: 'reject' }, name)
    t.match(JSON.stringify(result.reply), /no answer to an open question to you/, name)
  }
  const wrong = [id.replace(/^./, c => (c === '0' ? '1' : '0')), `${id}] [ask:${'0'.repeat(20)}`]
  for (const one of wrong) {
    const unknown = await reply(gateway, one, 'SEND\r\n')
    t.match(JSON.stringify(unknown.reply), /no answer to an open question to you/, one)
  }
  t.match(await gateway.question(), { state: 'open' })
  const audit = await gateway.database.audit()
  t.equal(audit.filter(({ act }) => act === 'ask-ignored').length, cases.length)
})

t.test('machines answer nothing and hear nothing', async t => {
  const { gateway, id } = await asking(t)
  const headers = [
    'Auto-Submitted: auto-replied\r\n',
    'Auto-Submitted: auto-generated\r\n',
    'Precedence: bulk\r\n',
    'X-Autoreply: yes\r\n',
    'List-Id: <x.in.example>\r\n',
  ]
  for (const header of headers)
    t.match(await reply(gateway, id, 'SEND\r\n', header), { verdict: 'discard' }, header)
  t.match(await reply(gateway, id, 'SEND\r\n', '', { sender: '' }), { verdict: 'discard' })
  t.match(await gateway.question(), { state: 'open' })
})

t.test('what is not offered is refused, and others get their mail', async t => {
  const { gateway, id } = await asking(t)
  const recipients = ['ask@in.example', 'eva@in.example']
  t.match(await reply(gateway, id, 'SEND\r\n', '', { recipients }), { verdict: 'accept' })
  t.match(await gateway.question(), { state: 'open' }, 'an answer goes to the address alone')
  const strict = await askingGateway(t, '[ask]\naddress = "ask@in.example"\nchoices = ["seal"]\n')
  const { onward } = await pass(strict, 'first', LETTER, TO_FAIR)
  await pass(strict, 're-split', onward, TO_FAIR)
  strict.logged.expect('an answer by mail has no effect')
  const answer = await reply(strict, (await strict.question()).id, 'CANCEL\r\n')
  t.match(JSON.stringify(answer.reply), /cancel is not offered/)
})
