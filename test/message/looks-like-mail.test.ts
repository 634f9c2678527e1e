import t from 'tap'
import { looksLikeMail } from '../../src/message/looks-like-mail.js'

t.test('a mail is told from a bare file by its content', async t => {
  const cases: [string, string, boolean][] = [
    ['a mail', 'Received: from a\r\n\tby b\r\nSubject: x\r\n\r\ntext', true],
    ['a mail with LF', 'Subject: x\n\ntext', true],
    ['a mail from a mailbox file', 'From anna@example.org Mon Nov 23\nSubject: x\n\ntext', true],
    ['only a header', 'X-Own: a\r\nFrom: a@example.org', true],
    ['a header that breaks', 'From: a@example.org\r\nthis is no field\r\n\r\n', true],
    ['fields that no mail has', 'Version: 1\r\nHash: x\r\n\r\n', false],
    ['armour', '-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nwcDM', false],
    ['text', 'Dear Bob,\nTo: is a word\n', false],
    ['a field behind the empty line', '\r\nSubject: x', false],
    ['binary', '\u0030\u0082\u0001\u0002: \n', false],
    ['nothing', '', false],
  ]
  for (const [name, head, want] of cases)
    t.equal(looksLikeMail(Buffer.from(head, 'latin1')), want, name)
  t.ok(cases.length > 0)
})
