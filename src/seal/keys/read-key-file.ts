import { keyRefused } from './key-refused.js'
import { pemBlocks, type PemBlock } from './pem-blocks.js'
import { readPkcs12 } from './pkcs12-file.js'
import { certificatesOfBundle } from './pkcs7-bundle.js'
import { readCertificate } from './read-certificate.js'
import { readOpenPgpKeys } from './read-openpgp-keys.js'
import type { KeyFileContent, RecipientKey } from './recipient-key.js'

/** Largest file of keys, in bytes. */
export const MAX_KEY_FILE = 2 * 1024 * 1024

export interface KeyFileOptions {
  /** Epoch milliseconds. */
  readonly now: number
  /** Of a PKCS #12 file. */
  readonly password?: string
}

/**
 * Reads whatever an administrator has of a recipient's keys: certificates in PEM or DER, PKCS #7
 * bundles, PKCS #12 files, OpenPGP keys armoured or in binary. The bytes decide, not the name.
 *
 * Gives   each key once; private keys are thrown away, with a note
 * Throws  ERR_SEAL_KEY_INPUT when nothing can be read, or one thing in the file cannot
 */
export async function readKeyFile(bytes: Buffer, options: KeyFileOptions): Promise<KeyFileContent> {
  if (bytes.length === 0) throw keyRefused('the file is empty')
  if (bytes.length > MAX_KEY_FILE) throw keyRefused(`the file is larger than ${MAX_KEY_FILE} bytes`)
  const content = new Collected()
  const [first = 0] = bytes
  if (first === SEQUENCE) await readDer(bytes, options, content)
  // The highest bit starts a packet, and no text (RFC 9580, 4.2).
  else if ((first & 0x80) !== 0 && !bytes.subarray(0, 3).equals(BYTE_ORDER_MARK))
    await readOpenPgp(bytes, options, content)
  else await readText(bytes.toString('latin1'), options, content)
  return content.finish()
}

const SEQUENCE = 0x30
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

const PRIVATE_KEY =
  'The file holds a private key. It was thrown away: nobody but its owner should have it.'

/** What was found, each key once. */
class Collected {
  readonly #keys = new Map<string, RecipientKey>()
  readonly #chain = new Map<string, Buffer>()
  readonly #notes = new Set<string>()

  addCertificate(der: Buffer): void {
    const { key, isAuthority } = readCertificate(der)
    if (isAuthority) this.#chain.set(key.fingerprint, key.bytes)
    else this.addKey(key)
  }

  addKey(key: RecipientKey): void {
    this.#keys.set(key.fingerprint, key)
  }

  note(sentence: string): void {
    this.#notes.add(sentence)
  }

  finish(): KeyFileContent {
    if (this.#keys.size === 0 && this.#chain.size > 0)
      throw keyRefused('it holds certificates of authorities only')
    if (this.#keys.size === 0) throw keyRefused('it holds no certificate and no OpenPGP key')
    return Object.freeze({
      keys: Object.freeze([...this.#keys.values()]),
      chain: Object.freeze([...this.#chain.values()]),
      notes: Object.freeze([...this.#notes]),
    })
  }
}

async function readDer(bytes: Buffer, options: KeyFileOptions, content: Collected): Promise<void> {
  switch (formOf(bytes)) {
    case 'pkcs7':
      for (const der of certificatesOfBundle(bytes)) content.addCertificate(der)
      return
    case 'pkcs12': {
      const { certificates, hasPrivateKey } = await readPkcs12(bytes, options.password ?? '')
      for (const der of certificates) content.addCertificate(der)
      if (hasPrivateKey) content.note(PRIVATE_KEY)
      return
    }
    case 'certificate':
      content.addCertificate(bytes)
      return
  }
}

/** By the first element inside: an OBJECT IDENTIFIER, an INTEGER, or the SEQUENCE of a certificate. */
function formOf(bytes: Buffer): 'certificate' | 'pkcs7' | 'pkcs12' {
  const size = bytes[1] ?? 0
  const inner = bytes[2 + (size > 0x80 ? size & 0x7f : 0)]
  if (inner === 0x06) return 'pkcs7'
  return inner === 0x02 ? 'pkcs12' : 'certificate'
}

async function readText(text: string, options: KeyFileOptions, content: Collected): Promise<void> {
  const blocks = pemBlocks(text)
  if (blocks.length === 0) throw keyRefused('it is in none of the forms that we know')
  for (const block of blocks) await readBlock(block, options, content)
}

async function readBlock(
  { label, text, bytes = Buffer.alloc(0) }: PemBlock,
  options: KeyFileOptions,
  content: Collected,
): Promise<void> {
  if (label === 'CERTIFICATE' || label === 'X509 CERTIFICATE') content.addCertificate(bytes)
  else if (label === 'PKCS7' || label === 'CMS') {
    for (const der of certificatesOfBundle(bytes)) content.addCertificate(der)
  } else if (label === 'PGP PUBLIC KEY BLOCK' || label === 'PGP PRIVATE KEY BLOCK')
    await readOpenPgp(text, options, content)
  else if (label.endsWith('PRIVATE KEY')) content.note(PRIVATE_KEY)
  else content.note(`A block "${label}" was left out.`)
}

async function readOpenPgp(
  input: Buffer | string,
  { now }: KeyFileOptions,
  content: Collected,
): Promise<void> {
  const { keys, hasPrivateKey } = await readOpenPgpKeys(input, now)
  for (const key of keys) content.addKey(key)
  if (hasPrivateKey) content.note(PRIVATE_KEY)
}
