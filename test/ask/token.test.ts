import t from 'tap'
import { newToken, tokenDigest } from '../../src/ask/token.js'

t.test('a token has 128 bits and no other form has a digest', async t => {
  const tokens = Array.from({ length: 100 }, newToken)
  t.equal(new Set(tokens).size, 100)
  for (const token of tokens) {
    t.equal(Buffer.from(token, 'base64url').length, 16)
    t.match(tokenDigest(token), /^[0-9a-f]{64}$/)
  }
  t.equal(
    tokenDigest('AAAAAAAAAAAAAAAAAAAAAA'),
    '8a5bdb4cc15164126c6ef2668de9dd240d299ce6397a42c95a9411b93d080ed8',
  )
  for (const wrong of [
    '',
    'A'.repeat(21),
    'A'.repeat(23),
    `${'A'.repeat(21)}+`,
    `${'A'.repeat(21)}\n`,
  ])
    t.equal(tokenDigest(wrong), undefined, JSON.stringify(wrong))
})
