import t from 'tap'
import { LANGUAGES } from '../../src/ask/language.js'
import { questionMail } from '../../src/upkeep/question-mail.js'
import { sampleQuestion } from '../support/question-samples.js'

const SETTINGS = {
  hostname: 'gate.example',
  from: '',
  language: 'en',
  contact: '',
  address: 'ask@in.example',
  baseUrl: 'https://ask.example',
  timeZone: 'UTC',
} as const
const NOTICE = { to: 'alice@clinic.example', messageId: 'ask.0123' }
const TOKEN = 'AAAAAAAAAAAAAAAAAAAAAA'

t.test('the mail says why, to whom and what may be answered, and stays inside', async t => {
  const mail = questionMail(NOTICE, sampleQuestion(), TOKEN, SETTINGS)
  t.match(mail, {
    envelope: { from: '', to: ['alice@clinic.example'] },
    from: 'ask@in.example',
    replyTo: 'ask@in.example',
    messageId: '<ask.0123@gate.example>',
    references: '<1@clinic.example>',
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Postseal-Inside': 'question' },
    subject: 'Your message to bob@x.example waits for your answer [ask:abcdefghij0123456789]',
  })
  t.equal(
    mail.text,
    `Your message of 01/01/1970, 00:00 UTC to bob@x.example has not been sent yet.

Reason: the transport is not qualified.

What is to become of it?

    SEAL: it leaves as a sealed letter, which only the recipients open with a password.
    SEND: its content needs no special protection; it leaves as every normal message does.
    CANCEL: it is not sent.

Answer this mail with one of these words, alone in the first line: SEAL, SEND, CANCEL.

Or choose on this page:

    https://ask.example/a/AAAAAAAAAAAAAAAAAAAAAA

Without an answer until 01/01/1970, 00:16 UTC it is not sent, and you get a report.

Do not forward this mail: whoever has it can answer for you. The answer counts once, and for this message alone.

[0123456789abcdefghij]
`,
  )
  const header = JSON.stringify({ ...mail, text: '' })
  t.notMatch(header, TOKEN, 'fields end up in logs')
})

t.test('every language has every part and leaves no place open', async t => {
  let seen = 0
  for (const language of LANGUAGES)
    for (const silence of ['reject', 'seal', 'hold'] as const) {
      const question = sampleQuestion({
        language,
        silence,
        choices: ['seal', 'cancel'],
        recipients: ['a@x.example', 'b@x.example'],
      })
      const mail = questionMail(NOTICE, question, TOKEN, { ...SETTINGS, contact: 'tel. 117' })
      t.notMatch(mail.text + mail.subject, /[{}]|undefined/)
      t.match(mail.text, 'tel. 117')
      t.match(mail.subject, 'a@x.example (+1)')
      t.equal(mail.text.split('\n').filter(line => /^ {4}[A-Z]+: /.test(line)).length, 2)
      seen += 1
    }
  t.equal(seen, 12)
  const lowered = questionMail(NOTICE, sampleQuestion({ choices: ['seal'] }), TOKEN, SETTINGS)
  t.match(lowered.text, 'Only the data-protection officer')
  t.notMatch(lowered.text, 'SEND')
})

t.test('only the ways that there are are named', async t => {
  const question = sampleQuestion({ messageId: undefined })
  const byLink = questionMail(NOTICE, question, TOKEN, { ...SETTINGS, address: '' })
  t.match(byLink, { from: 'postmaster@gate.example', replyTo: undefined, references: undefined })
  t.notMatch(byLink.text, 'Answer this mail')
  const byReply = questionMail(NOTICE, question, TOKEN, { ...SETTINGS, baseUrl: '' })
  t.notMatch(byReply.text, TOKEN)
})
