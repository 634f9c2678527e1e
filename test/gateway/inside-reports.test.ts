import t from 'tap'
import { withoutInside } from '../../src/gateway/inside-reports.js'
import { planSplices, splicedBody } from '../../src/message/splice.js'
import { parseMail } from '../../src/message/parse-mail.js'

/** A report as Postfix makes it, with what it returns. */
function report(
  type: string,
  returned: string,
  { encoding = '7bit', root = 'report' } = {},
): Buffer {
  return Buffer.from(
    `Subject: Undelivered Mail\r\nContent-Type: multipart/${root}; report-type=delivery-status; boundary=b\r\n\r\n` +
      '--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n' +
      '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; gw.in.example\r\n' +
      `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${returned}\r\n--b--\r\n`,
  )
}

const HEADER = 'From: bob@bad.example\r\nSubject: Re: Befund\r\nX-Postseal-Inside: answer\r\n'

async function after(message: Buffer, sender = ''): Promise<string> {
  const mail = parseMail(message, { sender, recipients: ['bob@bad.example'] })
  const splices = planSplices(mail, await withoutInside(mail))
  if (splices.length === 0) return message.toString()
  const pieces: Buffer[] = []
  for await (const piece of splicedBody(mail, splices)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

t.test('what is for the inside goes out of a report, and the report stays', async t => {
  for (const [what, message] of [
    ['header', report('text/rfc822-headers', HEADER)],
    ['message', report('message/rfc822', `${HEADER}\r\nDanke\r\n`)],
    ['in small letters', report('text/rfc822-headers', HEADER.toLowerCase())],
    ['global', report('message/global-headers', HEADER)],
    [
      'base64',
      report('text/rfc822-headers', Buffer.from(HEADER).toString('base64'), { encoding: 'base64' }),
    ],
  ] as const) {
    const text = await after(message)
    t.notMatch(text, /Befund|befund|Danke|QmVmdW5k/, what)
    t.match(
      text,
      /I am sorry\.[^]*Reporting-MTA: dns; gw[^]*for the inside only\.\r\n\r\n--b--/,
      what,
    )
  }
})

t.test('what may leave stays as it is, and so does what somebody forwards', async t => {
  for (const [message, sender] of [
    [report('text/rfc822-headers', 'Subject: Befund\r\n'), ''],
    [report('message/rfc822', 'Subject: a\r\n\r\nX-Postseal-Inside: b\r\n'), ''],
    [report('message/rfc822', `${HEADER}\r\nDanke\r\n`), 'anna@in.example'],
    [report('message/rfc822', `${HEADER}\r\nDanke\r\n`, { root: 'mixed' }), ''],
  ] as const)
    t.equal(await after(message, sender), message.toString())
})
