import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import pgp from '../../../plugins/seal/pgp/index.js'

t.test('without a key of the recipient nothing is sealed', async t => {
  const mail = mailFromText('Subject: Lohn\r\n\r\nDer Lohn für November\r\n')
  await t.rejects(sealWith(pgp, mail, { keys: [] }), { code: 'ERR_SEAL_KEY' })
  t.same([pgp.thread, pgp.letter?.opensWith], ['worker', 'pgp-key'])
})
