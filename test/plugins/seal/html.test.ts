import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import html from '../../../plugins/seal/html/index.js'

t.test('a message is sealed as a letter for the recipient', async t => {
  const mail = mailFromText('Subject: Lohn\r\n\r\nDer Lohn für November\r\n')
  const { fields, body } = await sealWith(html, mail)
  t.equal(fields[0]?.value, 'Vertrauliche Nachricht')
  const text = body.toString('latin1')
  t.match(text, /filename="brief-0123456789abcdefghij\.html"/)
  t.match(text, /<!--postseal letter 1-->/)
  t.notMatch(text, /Lohn/)
  t.same([html.thread, html.letter?.opensWith], ['worker', 'password'])
})
