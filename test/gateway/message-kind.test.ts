import t from 'tap'
import { kindOfMessage } from '../../src/gateway/message-kind.js'
import { parseMail } from '../../src/message/parse-mail.js'

const cases: [what: string, header: string, kind: string][] = [
  ['a letter', 'Subject: x', 'ordinary'],
  [
    'a delivery report',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    'report',
  ],
  ['a report of an unknown sort', 'Content-Type: multipart/report; boundary=b', 'report'],
  [
    'a read receipt',
    'Content-Type: multipart/report; report-type=Disposition-Notification; boundary=b',
    'mdn',
  ],
  ['a calendar reply', 'Content-Type: text/calendar; method=REPLY', 'calendar-reply'],
  ['a calendar request', 'Content-Type: text/calendar; method=REQUEST', 'ordinary'],
  ['an automatic answer', 'Auto-Submitted: auto-replied (vacation)', 'auto-reply'],
  ['a claim to be written by hand', 'Auto-Submitted: no', 'ordinary'],
  ['list mail', 'List-Id: <x.example.org>', 'list'],
  [
    'an automatic answer to a list',
    'List-Id: <x>\r\nauto-submitted: Auto-Generated; x=y',
    'auto-reply',
  ],
]

t.test('the header says what sort of mail it is', async t => {
  for (const [what, header, kind] of cases) {
    const mail = parseMail(Buffer.from(`${header}\r\n\r\ntext\r\n`))
    t.equal(kindOfMessage(mail), kind, what)
  }
})
