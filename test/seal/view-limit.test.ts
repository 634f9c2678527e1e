import t from 'tap'
import { buildMail, mailFromText } from 'postseal/testkit'
import { isBody, viewLimit } from '../../src/seal/view-limit.js'

t.test('the limit goes by text parts, never by files', async t => {
  const file = { name: 'scan.pdf', bytes: Buffer.alloc(3_000_000, 1) }
  t.equal(
    viewLimit(buildMail({ text: 'x'.repeat(60), attachments: [file] })),
    131_072 + 3 * 60 + 2 * 900,
  )
  const text = mailFromText(`\n${'x'.repeat(99_998)}`)
  t.equal(viewLimit(text), 131_072 + 50_000, 'no more than half of the message')
  t.equal(viewLimit(mailFromText(`\n${'x'.repeat(9_000_000)}`)), 4_194_304)
})

t.test('many parts count as 1000 files', async t => {
  const parts = `--b\nContent-Type: image/png\n\n${'x'.repeat(2000)}\n`.repeat(1500)
  t.equal(
    viewLimit(mailFromText(`Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--`)),
    131_072 + 900_000,
  )
})

t.test('what is attached or inside another message is no body', async t => {
  const mail = mailFromText(
    'Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Disposition: attachment\n\ntwo\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nthree\n--b--',
  )
  const [one, two, three] = mail.root.children
  t.same(
    [one, two, three?.children[0]].map(part => part !== undefined && isBody(part)),
    [true, false, false],
  )
})
