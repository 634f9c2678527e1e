import t from 'tap'
import { noticeMail } from '../../src/upkeep/notice-mail.js'
import { LANGUAGES, NOTICE_TEXTS } from '../../src/upkeep/notice-texts.js'
import type { Notice } from '../../src/store/outbox.js'

const PLAIN_KINDS = ['waiting', 'delivered', 'ended'] as const

const NOTICE: Notice & { readonly kind: 'waiting' } = {
  id: 1,
  kind: 'waiting',
  key: 'k',
  customer: 'default',
  to: 'anna@in.example',
  recipient: 'bob@x.example',
  reference: '0123456789abcdefghij',
  why: 'the domain has still to be tested',
  messageId: 'waiting.k',
  createdAt: 0,
  notBefore: 0,
  attempts: 0,
}
const SETTINGS = { hostname: 'gate.example', from: '', language: 'en', contact: '' } as const

t.test('a notice comes from nobody and keeps its Message-ID', async t => {
  const mail = noticeMail(NOTICE, SETTINGS)
  t.match(mail, {
    envelope: { from: '', to: ['anna@in.example'] },
    from: 'postmaster@gate.example',
    to: 'anna@in.example',
    subject: 'Your message to bob@x.example is still waiting',
    messageId: '<waiting.k@gate.example>',
    headers: { 'Auto-Submitted': 'auto-generated' },
  })
  t.match(mail.text, /Reason: the domain has still to be tested\./)
  t.match(mail.text, '[0123456789abcdefghij]')
  t.same(noticeMail(NOTICE, SETTINGS), mail)
})

t.test('sender and contact come from the settings', async t => {
  const mail = noticeMail(NOTICE, { ...SETTINGS, from: 'help@in.example', contact: 'tel. 117' })
  t.equal(mail.from, 'help@in.example')
  t.match(mail.text, 'For questions: tel. 117')
})

t.test('what others wrote cannot leave its line', async t => {
  const recipient = 'bob\r\nBcc: x@evil.example\u0000@x.example'
  const mail = noticeMail({ ...NOTICE, recipient }, SETTINGS)
  t.notMatch(mail.subject, /[\r\n\0]/)
  t.notMatch(mail.text, /^Bcc:/m)
})

t.test('every kind is said in every language, with recipient', async t => {
  let seen = 0
  for (const language of LANGUAGES) {
    for (const kind of PLAIN_KINDS) {
      const mail = noticeMail({ ...NOTICE, kind }, { ...SETTINGS, language })
      t.match(mail.subject, 'bob@x.example', `${kind} in ${language}`)
      t.match(mail.text, 'bob@x.example')
      t.notMatch(`${mail.subject as string} ${mail.text as string}`, /\{\w+\}/)
      t.ok(NOTICE_TEXTS[language][kind].body.length > 1)
      seen += 1
    }
  }
  t.equal(seen, 12)
})
