import t from 'tap'
import { readHeader, writeHeader } from '../../../src/seal/container/header.js'
import { deriveKeys } from '../../../src/seal/container/keys.js'
import {
  openContainer,
  openWithKeys,
  type SealedContainer,
} from '../../../src/seal/container/open-payload.js'
import { sealPayload } from '../../../src/seal/container/seal-payload.js'
import { payloadOf, PASSWORD, sampleHeader } from '../../support/seal-samples.js'

const { signal } = new AbortController()
const TEXT = 'Sehr geehrte Frau M., der Befund liegt vor.'
const HEADER = sampleHeader(TEXT.length)
const KEYS = await deriveKeys(PASSWORD, HEADER)

async function sealed(): Promise<SealedContainer> {
  const ciphertext: Buffer[] = []
  let tag = Buffer.alloc(0)
  for await (const part of sealPayload(payloadOf(TEXT), HEADER, KEYS)) {
    if ('tag' in part) tag = Buffer.from(part.tag)
    else ciphertext.push(part.ciphertext)
  }
  return { header: HEADER, ciphertext: Buffer.concat(ciphertext), tag }
}

t.test('what was sealed is opened, with the password alone', async t => {
  const container = await sealed()
  t.equal((await openContainer(container, PASSWORD, signal)).toString(), TEXT)
  t.equal((await openContainer(container, ' kz7mqp4l9tvahr2d', signal)).toString(), TEXT)
  await t.rejects(openContainer(container, 'KZ7M-QP4L-9TVA-HR2E', signal), {
    code: 'ERR_SEAL_REFUSED',
    message: 'the password is wrong, or the letter was changed',
  })
  await t.rejects(openContainer(container, '', signal), { code: 'ERR_SEAL_REFUSED' })
})

t.test('every bit of ciphertext and code that is flipped is refused', async t => {
  const container = await sealed()
  let refused = 0
  for (const part of ['ciphertext', 'tag'] as const) {
    for (let bit = 0; bit < container[part].length * 8; bit += 1) {
      const changed = Buffer.from(container[part])
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const opened = openWithKeys({ ...container, [part]: changed }, KEYS, signal)
      await opened.then(
        () => t.fail(`bit ${bit} of the ${part}`),
        thrown => (refused += (thrown as { code: string }).code === 'ERR_SEAL_REFUSED' ? 1 : 0),
      )
    }
  }
  t.equal(refused, (TEXT.length + 32) * 8)
})

t.test(
  'every character of the header that is changed is refused, the keys being the same',
  async t => {
    const container = await sealed()
    const text = Buffer.from(writeHeader(HEADER))
    const codes = new Map<string, number>()
    for (let at = 0; at < text.length; at += 1) {
      for (const change of [1, 2, 4, 8, 16, 32, 64]) {
        const changed = Buffer.from(text)
        changed[at] = (changed[at] ?? 0) ^ change
        const code = await Promise.resolve()
          .then(() =>
            openWithKeys({ ...container, header: readHeader(changed.toString()) }, KEYS, signal),
          )
          .then(
            () => 'opened',
            thrown => (thrown as { code: string }).code,
          )
        codes.set(code, (codes.get(code) ?? 0) + 1)
      }
    }
    t.same([...codes.keys()].sort(), ['ERR_SEAL_MALFORMED', 'ERR_SEAL_REFUSED'])
    t.ok(
      (codes.get('ERR_SEAL_REFUSED') ?? 0) > 100,
      'salts, counters and references that are well-formed',
    )
  },
)

t.test('a ciphertext that was cut is refused before anything is computed', async t => {
  const container = await sealed()
  for (let length = 0; length < container.ciphertext.length; length += 1) {
    const cut = { ...container, ciphertext: container.ciphertext.subarray(0, length) }
    await t.rejects(openContainer(cut, PASSWORD, signal), { code: 'ERR_SEAL_MALFORMED' })
    const header = { ...HEADER, length }
    await t.rejects(openWithKeys({ ...cut, header }, KEYS, signal), { code: 'ERR_SEAL_REFUSED' })
  }
  const tag = container.tag.subarray(0, 31)
  await t.rejects(openWithKeys({ ...container, tag }, KEYS, signal), { code: 'ERR_SEAL_REFUSED' })
})

t.test('opening ends when its signal says so', async t => {
  const container = await sealed()
  await t.rejects(openWithKeys(container, KEYS, AbortSignal.abort()), { name: 'AbortError' })
})
