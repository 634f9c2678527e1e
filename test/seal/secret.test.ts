import t from 'tap'
import { secretFrom, secretText } from '../../src/seal/secret.js'

void t.test('password and seed come back, the password as it was', async t => {
  const seed = Buffer.alloc(32, 0xa5)
  for (const password of ['', 'ABCD-EFGH-JKLM-NPQR', 'pässword 🔑', '0123456789abcdef'.repeat(5)])
    t.same(secretFrom(secretText({ password, seed })), { password, seed })
})

void t.test('what is none is refused at every length', async t => {
  const text = secretText({ password: '', seed: Buffer.alloc(32, 1) })
  for (let length = 0; length < text.length; length += 1)
    t.throws(() => secretFrom(text.slice(0, length)), { code: 'ERR_SEAL_SECRET' })
  t.throws(() => secretFrom(`x${text}`), { code: 'ERR_SEAL_SECRET' })
})
