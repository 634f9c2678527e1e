import { Parser } from 'htmlparser2'
import type { Budget } from './budget.js'
import type { Member } from './members.js'
import { PACKAGE_PASSWORDS, decryptAes, digest, hashNamed, spunHash } from './office-password.js'

type Attributes = Readonly<Record<string, string>>

/** What the keys of the two halves of the verifier are made with ([MS-OFFCRYPTO] 2.3.4.13). */
const INPUT_KEY = Buffer.from('fea7d2763b4b9e79', 'hex')
const VALUE_KEY = Buffer.from('d7aa0f6d3061344e', 'hex')

/** A password key encryptor, as far as a password can be tried with it. */
interface PasswordKey {
  readonly hash: string
  readonly rounds: number
  readonly salt: Buffer
  readonly mode: 'cbc' | 'cfb8'
  readonly keyBytes: number
  readonly input: Buffer
  readonly value: Buffer
}

/**
 * Judges agile encryption by its XML description.
 *
 * Gives   `unknown` where the cipher is not known or a password cannot be tried.
 * Source  [MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.13
 */
export async function judgeAgile(xml: string, budget: Budget): Promise<Member> {
  const { keyData, passwords, certificates } = readDescription(xml)
  const bits = Number(keyData['keyBits'])
  const cipher = keyData['cipherAlgorithm'] ?? ''
  if (cipher === '' || passwords.length + certificates === 0)
    return { state: 'unknown', why: 'the description of its encryption is damaged' }
  for (const attributes of passwords) {
    const key = passwordKey(attributes)
    if (key === undefined)
      return { state: 'unknown', why: 'whether a known password opens it cannot be tried' }
    if (await opensWithKnownPassword(key, budget))
      return { state: 'readable', why: 'it opens with a password that everybody knows, or none' }
  }
  if (cipher === 'AES' && [128, 192, 256].includes(bits))
    return { state: 'strong', why: `AES-${bits}, agile encryption` }
  if (/^(?:DES|DESX|3DES|3DES_112|RC2|RC4)$/.test(cipher)) return { state: 'weak', why: cipher }
  return { state: 'unknown', why: 'the cipher is not known' }
}

interface Description {
  readonly keyData: Attributes
  readonly passwords: readonly Attributes[]
  readonly certificates: number
}

function readDescription(xml: string): Description {
  let keyData: Attributes = {}
  const passwords: Attributes[] = []
  let certificates = 0
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = tag.slice(tag.indexOf(':') + 1)
        if (name === 'keyData') keyData = attributes
        if (name !== 'encryptedKey') return
        if (attributes['spinCount'] === undefined) certificates += 1
        else passwords.push(attributes)
      },
    },
    { xmlMode: true },
  )
  parser.end(xml)
  return { keyData, passwords, certificates }
}

function passwordKey(attributes: Attributes): PasswordKey | undefined {
  const bytes = (name: string): Buffer => Buffer.from(attributes[name] ?? '', 'base64')
  const hash = hashNamed(attributes['hashAlgorithm'] ?? '')
  const bits = Number(attributes['keyBits'])
  const key = {
    rounds: Number(attributes['spinCount']),
    salt: bytes('saltValue'),
    mode: attributes['cipherChaining'] === 'ChainingModeCFB' ? ('cfb8' as const) : ('cbc' as const),
    keyBytes: bits / 8,
    input: bytes('encryptedVerifierHashInput'),
    value: bytes('encryptedVerifierHashValue'),
  }
  const isUsable =
    attributes['cipherAlgorithm'] === 'AES' &&
    [128, 192, 256].includes(bits) &&
    Number.isSafeInteger(key.rounds) &&
    key.rounds >= 0 &&
    [key.input, key.value].every(
      ({ length }) => length > 0 && length % 16 === 0 && length <= 128,
    ) &&
    key.salt.length > 0
  return hash !== undefined && isUsable ? { hash, ...key } : undefined
}

async function opensWithKnownPassword(key: PasswordKey, budget: Budget): Promise<boolean> {
  const iv = padded(key.salt, 16)
  for (const password of PACKAGE_PASSWORDS) {
    const spun = await spunHash(key.hash, key.salt, password, key.rounds, budget)
    const [input, value] = [[INPUT_KEY, key.input] as const, [VALUE_KEY, key.value] as const].map(
      ([block, bytes]) =>
        decryptAes(key.mode, padded(digest(key.hash, spun, block), key.keyBytes), iv, bytes),
    )
    if (input === undefined || value === undefined) continue
    const expected = digest(key.hash, input.subarray(0, key.salt.length))
    if (value.subarray(0, expected.length).equals(expected)) return true
  }
  return false
}

/** Cut, or filled with 0x36, to a length. */
function padded(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), 0x36)]).subarray(
    0,
    size,
  )
}
