import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import smime from '../../../plugins/seal/smime/index.js'

t.test('without a key of the recipient nothing is sealed', async t => {
  const mail = mailFromText('Subject: Lohn\r\n\r\nDer Lohn für November\r\n')
  await t.rejects(sealWith(smime, mail, { keys: [] }), { code: 'ERR_SEAL_KEY' })
  t.same([smime.thread, smime.letter?.opensWith], ['worker', 'certificate'])
})
