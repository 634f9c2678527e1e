import { Parser } from 'htmlparser2'

/** How the manifest says that one file of an OpenDocument package is encrypted. */
export interface OdfEncryption {
  /** As it stands: an address, or `Blowfish CFB` in old files. */
  readonly algorithm: string
  readonly iv: Buffer
  /** Bytes before the encryption, unpacked. */
  readonly bytes: number
  readonly startKey: 'sha1' | 'sha256' | undefined
  readonly keyBytes: number
  readonly salt: Buffer
  /** 0 where the key does not come from PBKDF2. */
  readonly rounds: number
  /** Whether anything says how the key is had. */
  readonly hasKey: boolean
}

type Attributes = Readonly<Record<string, string>>

/**
 * Reads META-INF/manifest.xml: the encryption of each file that has one, by its path.
 *
 * Source  OpenDocument 1.3, part 2, sections 3.4 and 4.8
 */
export function readOdfManifest(xml: string): ReadonlyMap<string, OdfEncryption> {
  const found = new Map<string, OdfEncryption>()
  let path: string | undefined
  let bytes = 0
  let parts: Map<string, Attributes> | undefined
  let hasKeyInfo = false
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = localName(tag)
        if (name === 'keyinfo') hasKeyInfo = true
        if (name === 'file-entry') {
          path = attribute(attributes, 'full-path')
          bytes = Number(attribute(attributes, 'size') ?? 0)
        }
        if (name === 'encryption-data') parts = new Map()
        parts?.set(name, attributes)
      },
      onclosetag(tag) {
        if (localName(tag) !== 'encryption-data' || parts === undefined) return
        if (path !== undefined) found.set(path, encryptionOf(parts, bytes, hasKeyInfo))
        parts = undefined
      },
    },
    { xmlMode: true },
  )
  parser.end(xml)
  return found
}

function encryptionOf(
  parts: ReadonlyMap<string, Attributes>,
  bytes: number,
  hasKeyInfo: boolean,
): OdfEncryption {
  const value = (part: string, name: string): string => attribute(parts.get(part), name) ?? ''
  const derivation = value('key-derivation', 'key-derivation-name')
  const isPbkdf2 = /pbkdf2$/i.test(derivation)
  const startKey = value('start-key-generation', 'start-key-generation-name')
  return {
    algorithm: value('algorithm', 'algorithm-name'),
    iv: Buffer.from(value('algorithm', 'initialisation-vector'), 'base64'),
    bytes,
    startKey: startKey === '' || /sha-?1$/i.test(startKey) ? 'sha1' : startKeyOf(startKey),
    keyBytes: Number(value('key-derivation', 'key-size') || 16),
    salt: Buffer.from(value('key-derivation', 'salt'), 'base64'),
    rounds: isPbkdf2 ? roundsOf(value('key-derivation', 'iteration-count')) : 0,
    hasKey: derivation !== '' || hasKeyInfo,
  }
}

/** Too many to count are too many to try. */
function roundsOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
}

function startKeyOf(name: string): 'sha256' | undefined {
  return /sha-?256$/i.test(name) ? 'sha256' : undefined
}

function attribute(attributes: Attributes | undefined, name: string): string | undefined {
  const entry = Object.entries(attributes ?? {}).find(([key]) => localName(key) === name)
  return entry?.[1]
}

/** Prefixes are free; everybody writes `manifest:` and `loext:`. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
