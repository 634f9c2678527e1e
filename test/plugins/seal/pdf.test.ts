import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import pdf from '../../../plugins/seal/pdf/index.js'

t.test('a message is sealed for a password', async t => {
  const mail = mailFromText('Subject: Lohn\r\n\r\nDer Lohn für November\r\n')
  const { fields, body } = await sealWith(pdf, mail)
  t.equal(fields[0]?.value, 'Vertrauliche Nachricht')
  t.match(body.toString('latin1'), /filename="brief-0123456789abcdefghij\.pdf"/)
  t.notMatch(body.toString('latin1'), /Lohn/)
  t.same([pdf.thread, pdf.letter?.opensWith], ['worker', 'password'])
})
