import type { asn1, util } from 'node-forge'
import { keyRefused } from './key-refused.js'

/** What a PKCS #12 file holds that concerns us. */
export interface Pkcs12Content {
  /** Each certificate as DER, in the order that they stand in. */
  readonly certificates: readonly Buffer[]
  readonly hasPrivateKey: boolean
}

/** Rounds that a password is turned into a key with; the usual programs take 1 to 600,000. */
const MAX_ROUNDS = 1_000_000
const MAX_CERTIFICATES = 200
const MAX_DEPTH = 40

type Node = asn1.Asn1

/** What node-forge has and its types do not. */
interface Forge {
  readonly asn1: typeof asn1
  readonly util: typeof util
  readonly pki: {
    readonly pbe: { getCipher(oid: string, parameters: Node, password: string | null): Cipher }
  }
  readonly pkcs12: {
    generateKey(
      password: string | null,
      salt: util.ByteStringBuffer,
      id: number,
      rounds: number,
      bytes: number,
      digest: Digest,
    ): util.ByteStringBuffer
  }
  readonly md: Readonly<Record<string, { readonly create: () => Digest } | undefined>>
  readonly hmac: {
    create(): {
      start(digest: Digest, key: util.ByteStringBuffer): void
      update(bytes: string): void
      digest(): util.ByteStringBuffer
    }
  }
}

interface Digest {
  readonly digestLength: number
}

interface Cipher {
  readonly output: util.ByteStringBuffer
  update(input: util.ByteStringBuffer): void
  finish(): boolean
}

/**
 * Takes the certificates out of a PKCS #12 file (`.p12`, `.pfx`). A private key in it is seen, and
 * is never decrypted.
 *
 * Throws  ERR_SEAL_KEY_INPUT for what is no such file, a wrong password, and what we cannot read
 * Source  RFC 7292, section 4
 */
export async function readPkcs12(bytes: Buffer, password: string): Promise<Pkcs12Content> {
  const { default: forge } = (await import('node-forge')) as unknown as { default: Forge }
  const reader = new Pkcs12Reader(forge, password)
  try {
    return reader.read(bytes)
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'GatewayError') throw thrown
    throw keyRefused('it is not a PKCS #12 file that can be read', thrown)
  }
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  pbes2: '1.2.840.113549.1.5.13',
} as const

/** The check sums that a password is proved with, by node-forge's names. */
const DIGESTS: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

class Pkcs12Reader {
  readonly #forge: Forge
  #password: string | null
  readonly #certificates: Buffer[] = []
  #hasPrivateKey = false

  constructor(forge: Forge, password: string) {
    this.#forge = forge
    this.#password = password
  }

  /** `PFX ::= SEQUENCE { version, authSafe ContentInfo, macData OPTIONAL }` */
  read(bytes: Buffer): Pkcs12Content {
    const [version, authSafe, macData] = listOf(this.#parse(bytes.toString('latin1')))
    if (version === undefined || Buffer.from(stringOf(version), 'latin1').readInt8() !== 3)
      throw new TypeError('another version')
    const { type, content } = this.#contentInfo(authSafe)
    if (type !== OID.data) throw keyRefused('it is protected by a key instead of a password')
    const safe = octets(content)
    if (macData !== undefined) this.#checkMac(macData, safe)
    for (const one of listOf(this.#parse(safe))) this.#readSafe(one)
    return { certificates: this.#certificates, hasPrivateKey: this.#hasPrivateKey }
  }

  #parse(bytes: string): Node {
    const { asn1, util } = this.#forge
    const options = {
      strict: true,
      parseAllBytes: true,
      decodeBitStrings: false,
      maxDepth: MAX_DEPTH,
    }
    return asn1.fromDer(util.createBuffer(bytes), options as never)
  }

  #contentInfo(node: Node | undefined): { readonly type: string; readonly content: Node } {
    const [type, explicit] = listOf(node)
    const [content] = listOf(explicit)
    if (content === undefined) throw new TypeError('no content')
    return { type: this.#oid(type), content }
  }

  #oid(node: Node | undefined): string {
    const { asn1, util } = this.#forge
    return asn1.derToOid(util.createBuffer(stringOf(node)))
  }

  /** `MacData ::= SEQUENCE { mac DigestInfo, macSalt, iterations DEFAULT 1 }` */
  #checkMac(macData: Node, safe: string): void {
    const { md, hmac, util, pkcs12 } = this.#forge
    const [info, salt, rounds] = listOf(macData)
    const [algorithm, digest] = listOf(info)
    const create = md[DIGESTS[this.#oid(listOf(algorithm)[0])] ?? '']?.create
    if (create === undefined) throw keyRefused('the check sum of the file is not one we know')
    const count = rounds === undefined ? 1 : roundsOf(rounds)
    const wanted = stringOf(digest)
    // An empty password is two zero bytes to some programs, and nothing at all to others.
    const candidates = this.#password === '' ? ['', null] : [this.#password]
    const right = candidates.find(password => {
      const saltBytes = util.createBuffer(stringOf(salt))
      const { digestLength } = create()
      const key = pkcs12.generateKey(password, saltBytes, 3, count, digestLength, create())
      const mac = hmac.create()
      mac.start(create(), key)
      mac.update(safe)
      return mac.digest().getBytes() === wanted
    })
    if (right === undefined) throw keyRefused('the password is wrong')
    this.#password = right
  }

  #readSafe(info: Node): void {
    const { type, content } = this.#contentInfo(info)
    if (type === OID.data) this.#readBags(this.#parse(octets(content)), 0)
    else if (type === OID.encryptedData) this.#readBags(this.#parse(this.#decrypted(content)), 0)
    else throw keyRefused('a part of it is protected by a key instead of a password')
  }

  /** `EncryptedData ::= SEQUENCE { version, SEQUENCE { type, algorithm, [0] encryptedContent } }` */
  #decrypted(content: Node): string {
    const [, info] = listOf(content)
    const [, algorithm, encrypted] = listOf(info)
    const [id, parameters] = listOf(algorithm)
    if (parameters === undefined || encrypted === undefined) throw new TypeError('no algorithm')
    checkRounds(this.#forge, parameters)
    const { pki, util } = this.#forge
    const oid = this.#oid(id)
    // PBES2 takes the password as UTF-8, the old ways as UTF-16.
    const password = oid === OID.pbes2 ? util.encodeUtf8(this.#password ?? '') : this.#password
    let cipher: Cipher
    try {
      cipher = pki.pbe.getCipher(oid, parameters, password)
    } catch (thrown) {
      throw keyRefused('its certificates are encrypted in a way that we do not know', thrown)
    }
    cipher.update(util.createBuffer(octets(encrypted)))
    if (!cipher.finish()) throw keyRefused('the password is wrong')
    return cipher.output.getBytes()
  }

  #readBags(contents: Node, depth: number): void {
    if (depth > 3) throw new TypeError('nested too deep')
    for (const bag of listOf(contents)) {
      const [id, explicit] = listOf(bag)
      const type = this.#oid(id)
      const [value] = listOf(explicit)
      if (type === OID.keyBag || type === OID.shroudedKeyBag) this.#hasPrivateKey = true
      else if (type === OID.certBag) this.#readCertificate(value)
      else if (type === OID.safeContentsBag && value !== undefined) this.#readBags(value, depth + 1)
    }
  }

  /** `CertBag ::= SEQUENCE { certId, certValue [0] EXPLICIT OCTET STRING }` */
  #readCertificate(bag: Node | undefined): void {
    const [id, explicit] = listOf(bag)
    if (this.#oid(id) !== OID.x509Certificate) return
    if (this.#certificates.length >= MAX_CERTIFICATES)
      throw keyRefused(`more than ${MAX_CERTIFICATES} certificates in one file`)
    const [value] = listOf(explicit)
    if (value !== undefined) this.#certificates.push(Buffer.from(octets(value), 'latin1'))
  }
}

function listOf(node: Node | undefined): readonly Node[] {
  if (node === undefined || typeof node.value === 'string') throw new TypeError('no list')
  return node.value
}

function stringOf(node: Node | undefined): string {
  if (node === undefined || typeof node.value !== 'string') throw new TypeError('no value')
  return node.value
}

/** Content of an OCTET STRING, be it in one piece or in many. */
function octets({ value }: Node): string {
  return typeof value === 'string' ? value : value.map(octets).join('')
}

function roundsOf(node: Node): number {
  const bytes = Buffer.from(stringOf(node), 'latin1')
  const rounds = bytes.length > 0 && bytes.length <= 6 ? bytes.readIntBE(0, bytes.length) : NaN
  if (!(rounds >= 1 && rounds <= MAX_ROUNDS))
    throw keyRefused(`its password is to be turned over more than ${MAX_ROUNDS} times`)
  return rounds
}

/** Whatever number stands in the parameters of an encryption: none may keep us for minutes. */
function checkRounds(forge: Forge, { type, value }: Node): void {
  if (typeof value !== 'string') {
    for (const one of value) checkRounds(forge, one)
  } else if (type === forge.asn1.Type.INTEGER) {
    roundsOf({ type, value } as Node)
  }
}
