import t from 'tap'
import { mailFromText } from 'postseal/testkit'
import { innerMessage } from '../../src/seal/inner-message.js'

async function inner(message: string): Promise<string> {
  const content = innerMessage(mailFromText(message))
  const pieces: Buffer[] = []
  for await (const piece of content.chunks()) pieces.push(Buffer.from(piece))
  const whole = Buffer.concat(pieces)
  t.equal(whole.length, content.size)
  return whole.toString('latin1')
}

t.test('fields that are nobody’s business stay outside, the rest is as it was', async t => {
  const cases: [string, string, string][] = [
    [
      'nothing to leave out',
      'Subject: x\r\nX-A: 1\r\n\r\nbody\r\n',
      'Subject: x\r\nX-A: 1\r\n\r\nbody\r\n',
    ],
    [
      'first, in the middle, last',
      'Bcc: a\r\nSubject: x\r\nReceived: y\r\n z\r\nTo: b\r\nRESENT-BCC: c\r\n\r\nbcc: d\r\n',
      'Subject: x\r\nTo: b\r\n\r\nbcc: d\r\n',
    ],
    ['all of them', 'Bcc: a\r\nX-Postseal-Lane: qtls\r\n\r\nbody', '\r\nbody'],
    ['a blank before the colon', 'Bcc : a\r\nTo: b\r\n\r\nbody', 'To: b\r\n\r\nbody'],
    ['no body', 'Subject: x\r\nBcc: y\r\n', 'Subject: x\r\n'],
    ['no header', '\r\nbody', '\r\nbody'],
    ['nothing', '', ''],
    [
      'names that only begin like these',
      'Bccx: a\r\nX-Postsealed: b\r\n\r\n',
      'Bccx: a\r\nX-Postsealed: b\r\n\r\n',
    ],
  ]
  for (const [name, message, want] of cases) t.equal(await inner(message), want, name)
  t.ok(cases.length > 0)
})

t.test('places in the body are those in the inner message', async t => {
  const mail = mailFromText('Bcc: secret\r\nSubject: x\r\n\r\nbody')
  t.same(innerMessage(mail).placeOf(mail.root.body), { start: 14, end: 18 })
  t.equal(await inner('Bcc: secret\r\nSubject: x\r\n\r\nbody'), 'Subject: x\r\n\r\nbody')
})

t.test('a long body comes in pieces, whole', async t => {
  const body = 'x'.repeat(2_500_000)
  t.equal(await inner(`Subject: x\r\n\r\n${body}`), `Subject: x\r\n\r\n${body}`)
})
