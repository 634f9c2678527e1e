import t from 'tap'
import { messageFacts } from '../../src/gateway/message-facts.js'
import { buildMail, mailFromText } from '../../src/testkit/build-mail.js'

await t.test('where a tag stands in a subject', t => {
  const cases: [string, string, string, 'start' | 'end' | undefined][] = [
    ['at the start', '[plain] Offer', '[plain]', 'start'],
    ['in another spelling', '\u{1f512} ( PLAIN ) Offer', '[plain]', 'start'],
    ['at the end', 'Offer [plain]', '[plain]', 'end'],
    ['behind another tag', '[EXT] [plain] Offer', '[plain]', undefined],
    ['in the middle', 'An [plain] offer', '[plain]', undefined],
    [
      'at the end of an answer, where it may be an older one',
      'Re: Offer [plain]',
      '[plain]',
      undefined,
    ],
    ['at the end of an answer behind a group', '[EXT] AW: Offer [plain]', '[plain]', undefined],
    ['in front of an answer', '[plain] Re: Offer', '[plain]', 'start'],
    ['as a word', 'NOCRYPT: Offer', 'NOCRYPT', 'start'],
    ['as a word in other letters', 'nocrypt: Offer', 'NOCRYPT', undefined],
    ['as a word at the end', 'Offer NOCRYPT', 'NOCRYPT', undefined],
    ['as a word in brackets', '[NOCRYPT] Offer', 'NOCRYPT', undefined],
    ['as a word that is asked for in brackets', 'plain Offer', '[plain]', undefined],
    ['in an encoded subject', '=?utf-8?q?=5Bpl=C3=A4in=5D_Offer?=', '[pläin]', 'start'],
    ['in none', '', '[plain]', undefined],
  ]
  for (const [name, subject, tag, want] of cases)
    t.equal(messageFacts(mailFromText(`Subject: ${subject}\n\nHi\n`)).edgeOf(tag), want, name)
  const twice = mailFromText('Subject: [plain] a\nSubject: b\n\nHi\n')
  t.equal(messageFacts(twice).edgeOf('[plain]'), undefined, 'in one of two subjects')
  t.end()
})

await t.test('what else a message says of itself', t => {
  const mail = buildMail({
    headers: [['X-Class', '=?utf-8?q?gr=C3=BCn?=']],
    attachments: [{ name: 'Löhne.xlsx', bytes: Buffer.from('x') }],
  })
  const facts = messageFacts(mail)
  t.same(facts.header('x-CLASS'), ['grün'])
  t.same(facts.header('X-Other'), [])
  t.same(facts.fileNames, ['Löhne.xlsx'])
  t.equal(facts.size, mail.source.size)
  t.end()
})
