import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import t from 'tap'
import { writeHeader } from '../../../src/seal/container/header.js'
import { deriveKeys } from '../../../src/seal/container/keys.js'
import { drawSalt, sealPayload } from '../../../src/seal/container/seal-payload.js'
import { payloadOf, PASSWORD, sampleHeader, SEED } from '../../support/seal-samples.js'

const HEADER = sampleHeader(11)

async function seal(pieces: readonly string[], header = HEADER): Promise<[Buffer, Buffer]> {
  const keys = await deriveKeys(PASSWORD, header)
  const ciphertext: Buffer[] = []
  let tag = Buffer.alloc(0)
  for await (const part of sealPayload(payloadOf(...pieces), header, keys)) {
    if ('tag' in part) tag = Buffer.from(part.tag)
    else ciphertext.push(part.ciphertext)
  }
  return [Buffer.concat(ciphertext), tag]
}

t.test('ciphertext and code are those of the algorithms named, in whatever pieces', async t => {
  const okm = pbkdf2Sync(PASSWORD, HEADER.salt, 210_000, 64, 'sha512')
  const cipher = createCipheriv('aes-256-ctr', okm.subarray(0, 32), HEADER.iv)
  const ciphertext = cipher.update('hello world')
  const header = Buffer.from(writeHeader(HEADER))
  const mac = createHmac('sha256', okm.subarray(32))
  mac
    .update(Buffer.of(0, 0, header.length >> 8, header.length & 255))
    .update(header)
    .update(ciphertext)
  const [whole, tag] = await seal(['hello world'])
  t.same(whole, ciphertext)
  t.same(tag, mac.digest())
  t.equal(whole.toString('hex'), 'e75fcd08eede069156910e', 'as in docs/reference/letter-format.md')
  t.equal(tag.toString('hex'), '01def3172264998e8491e6b6099e42ae57ebeb7dc0860b5b089e250add214847')
  t.same(await seal(['hell', 'o world']), [whole, tag])
  t.same(await seal(['h', '', 'ello ', 'w', 'orld']), [whole, tag])
})

t.test('a payload of another length than the header says is a fault of ours', async t => {
  await t.rejects(seal(['hello']), { code: 'ERR_BUG' })
  await t.rejects(seal(['hello world, hello']), { code: 'ERR_BUG' })
})

t.test('salt and counter: the same for the same payload, others for any other', async t => {
  const one = await drawSalt(SEED, 'ref', payloadOf('hello', ' world'))
  t.same(one, await drawSalt(SEED, 'ref', payloadOf('hello world')))
  t.equal(one.salt.length, 32)
  t.equal(one.iv.length, 16)
  const others = await Promise.all([
    drawSalt(SEED, 'ref', payloadOf('hello worle')),
    drawSalt(SEED, 'fer', payloadOf('hello world')),
    drawSalt(Buffer.alloc(32, 8), 'ref', payloadOf('hello world')),
  ])
  for (const other of others) {
    t.not(other.salt.equals(one.salt), true)
    t.not(other.iv.equals(one.iv), true)
  }
  await t.rejects(drawSalt(Buffer.alloc(16), 'ref', payloadOf('')), { code: 'ERR_BUG' })
})

t.test('how the password is typed makes no difference to the keys, one symbol does', async t => {
  const keys = await deriveKeys(PASSWORD, HEADER)
  t.same(await deriveKeys('kz7m qp41 9tva hr2d', HEADER), keys)
  t.notSame(await deriveKeys('KZ7M-QP4L-9TVA-HR2E', HEADER), keys)
  t.equal(keys.cipher.length, 32)
  t.equal(keys.mac.length, 32)
})
