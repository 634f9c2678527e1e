import t from 'tap'
import { messageIdOf, recordOf } from '../../src/gateway/record.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Decision } from '../../src/policy/model.js'

const decision = { class: 'normal' } as Decision

t.test('the record holds envelope, decision and answer, and nothing of the content', async t => {
  const mail = parseMail(
    Buffer.from('Message-ID: <1@example.org>\r\nSubject: secret\r\n\r\nsecret\r\n'),
    {
      sender: 'a@example.org',
      recipients: ['b@example.net'],
      queueId: '4XyZ',
      authUser: 'anna',
      clientAddress: '192.0.2.1',
    },
  )
  const record = recordOf({
    mail,
    decision,
    customer: 'praxis',
    mode: 'enforce',
    reply: '250',
    at: 5,
    tookMs: 1.5,
    reference: 'ref',
    passage: { pass: 'first', earlier: undefined, doubt: undefined },
    transit: undefined,
  })
  t.strictSame(record, {
    reference: 'ref',
    customer: 'praxis',
    at: 5,
    queueId: '4XyZ',
    messageId: '1@example.org',
    sender: 'a@example.org',
    authUser: 'anna',
    clientAddress: '192.0.2.1',
    sizeBytes: 56,
    mode: 'enforce',
    reply: '250',
    tookMs: 1.5,
    decision,
    pass: 'first',
    root: undefined,
    transit: undefined,
  })
  t.notMatch(JSON.stringify(record), 'secret')
})

t.test(
  'a Message-ID is taken from the first field, without brackets and not endlessly long',
  async t => {
    const cases: [header: string, id: string | undefined][] = [
      ['Message-Id:  <a@b> ', 'a@b'],
      ['Message-ID: a@b', 'a@b'],
      ['Message-ID: <1@x>\r\nMessage-ID: <2@x>', '1@x'],
      ['Message-ID:', undefined],
      ['Subject: x', undefined],
      [`Message-ID: <${'x'.repeat(2000)}>`, 'x'.repeat(998)],
    ]
    for (const [header, id] of cases) {
      t.equal(messageIdOf(parseMail(Buffer.from(`${header}\r\n\r\n`))), id, header.slice(0, 40))
    }
  },
)
