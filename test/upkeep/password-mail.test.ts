import t from 'tap'
import { LANGUAGES } from '../../src/upkeep/notice-texts.js'
import { NO_TEXT_MESSAGE, passwordMail, passwordSms } from '../../src/upkeep/password-mail.js'
import type { Notice } from '../../src/store/outbox.js'

const NOTICE: Notice = {
  id: 1,
  kind: 'password',
  key: 'k',
  customer: 'default',
  to: 'anna@in.example',
  recipient: 'bob@x.example',
  reference: '0123456789abcdefghij',
  why: 'the transport is not qualified',
  messageId: 'password.k',
  createdAt: 0,
  notBefore: 0,
  attempts: 0,
}
const SETTINGS = { hostname: 'gate.example', from: '', language: 'en', contact: '' } as const

void t.test('the notice names recipient and reference, and stays inside', async t => {
  const mail = passwordMail(NOTICE, 'ABCD-EFGH', SETTINGS)
  t.match(mail, {
    envelope: { from: '', to: ['anna@in.example'] },
    subject: 'Password for your message to bob@x.example',
    messageId: '<password.k@gate.example>',
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Postseal-Inside': 'password' },
  })
  t.match(mail.text, /\n {4}ABCD-EFGH\n/)
  t.match(mail.text, '[0123456789abcdefghij]')
  t.notMatch(mail.subject, 'ABCD')
  t.same(passwordMail(NOTICE, 'ABCD-EFGH', SETTINGS), mail, 'the same every time')
})

void t.test('every language tells the password once and leaves no place open', async t => {
  let seen = 0
  for (const language of LANGUAGES) {
    const contact = 'tel. 117'
    const mail = passwordMail(NOTICE, 'ABCD-EFGH', { ...SETTINGS, language, contact })
    t.equal(mail.text.split('ABCD-EFGH').length, 2, language)
    t.match(mail.text, 'tel. 117')
    t.notMatch(`${mail.subject} ${mail.text}`, /\{\w+\}/)
    const late = passwordMail({ ...NOTICE, why: NO_TEXT_MESSAGE }, 'x', { ...SETTINGS, language })
    const [front = ''] = late.text.split('\n')
    t.match(front, /Textmitteilung|SMS|text message/)
    t.match(front, 'bob@x.example')
    const sms = passwordSms(NOTICE.to, 'ABCD-EFGH', language)
    t.match(sms, /anna@in\.example.*ABCD-EFGH$/)
    t.ok(sms.length < 160, 'one text message')
    seen += 1
  }
  t.equal(seen, 4)
})

void t.test('what others wrote cannot leave its line', async t => {
  const recipient = 'bob\r\nBcc: x@evil.example\u0000@x.example'
  const mail = passwordMail({ ...NOTICE, recipient }, 'x', SETTINGS)
  t.notMatch(mail.subject, /[\r\n\0]/)
  t.notMatch(mail.text, /^Bcc:/m)
})
