import { noise } from './container-bytes.js'
import type { OracleBox } from './oracle-box.js'
import { LETTER_TEXT, type Guard, type Variant } from './variant.js'

/**
 * Ciphers of gpg. Only in a message for nothing but a passphrase they can be seen: beside a key, the
 * name of the cipher is encrypted with the session key.
 */
const CIPHERS: readonly (readonly [cipher: string, guard: Guard])[] = [
  ['AES', 'strong'],
  ['AES192', 'strong'],
  ['AES256', 'strong'],
  ['TWOFISH', 'strong'],
  ['CAMELLIA128', 'strong'],
  ['CAMELLIA192', 'strong'],
  ['CAMELLIA256', 'strong'],
  ['3DES', 'weak'],
  ['CAST5', 'weak'],
  ['BLOWFISH', 'weak'],
  ['IDEA', 'weak'],
]

const ECC = 'ecc@example.org'
const RSA = 'rsa@example.org'

const RECIPIENTS: readonly (readonly [who: string, to: readonly string[]])[] = [
  ['ECC', ['--encrypt', '--recipient', ECC]],
  ['RSA', ['--encrypt', '--recipient', RSA]],
  ['both', ['--encrypt', '--recipient', ECC, '--recipient', RSA]],
  ['a hidden one', ['--encrypt', '--hidden-recipient', ECC]],
  ['RSA and a passphrase', ['--symmetric', '--encrypt', '--recipient', RSA]],
  ['ECC, signed', ['--sign', '--encrypt', '--throw-keyids', '--recipient', ECC]],
]

const COMPRESSION = ['none', 'zip', 'zlib', 'bzip2']

/** Contents of several kinds and sizes; those of more than 8 KiB come in pieces. */
const CONTENTS: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['a letter', LETTER_TEXT],
  ['20 KB of noise', noise(20_000)],
  ['one byte', Buffer.from('x')],
  ['60 KB of text', Buffer.concat(Array.from({ length: 700 }, () => LETTER_TEXT))],
]

/** Ways from a passphrase to a key: with few rounds, with salt alone, with nothing. */
const DERIVATIONS = [
  ['--s2k-count', '65536'],
  ['--s2k-mode', '1'],
  ['--s2k-mode', '0'],
]
const FEW_ROUNDS = DERIVATIONS[0] ?? []

interface Made {
  readonly name: string
  readonly guard: Guard
  readonly bytes: Buffer
}

/** gpg with a home of its own and keys in it; `close` ends its agent. */
export class Gpg {
  readonly #box: OracleBox
  readonly #home: string
  readonly #nobody: string

  constructor(box: OracleBox) {
    this.#box = box
    this.#home = box.subfolder('keys')
    this.#nobody = box.subfolder('nobody')
    // To open a protected key costs 100 ms each time; these are kept from nobody.
    const open = ['--passphrase', '', '--quick-generate-key']
    this.make([...open, ECC, 'future-default', 'default', 'never'])
    this.make([...open, RSA, 'rsa2048', 'encrypt', 'never'])
  }

  make(args: readonly string[], input?: Buffer): Buffer {
    return this.#box.make('gpg', [...this.#common(this.#home), ...args], input)
  }

  /**
   * Files of the box that gpg gets a content out of, all asked in one run; with its keys and the
   * passphrase, or as somebody who has none.
   */
  opened(files: readonly string[], as: 'owner' | 'nobody'): ReadonlySet<string> {
    const opened = new Set<string>()
    for (let left = files; left.length > 0;) {
      const { started, open } = this.#decrypt(left, as)
      for (const file of open) opened.add(file)
      // A file that ends gpg as a whole is not opened; the ones behind it are asked again.
      left = left.slice(Math.max(started, 1))
    }
    for (const file of files) this.#box.remove(file.replace(/\.gpg$/, ''))
    return opened
  }

  close(): void {
    for (const home of [this.#home, this.#nobody])
      this.#box.make('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'])
  }

  #decrypt(files: readonly string[], as: 'owner' | 'nobody'): { started: number; open: string[] } {
    const home = as === 'owner' ? this.#home : this.#nobody
    const how = ['--yes', '--status-fd', '1', '--multifile', '--decrypt', ...files]
    const { said } = this.#box.ask('gpg', [...this.#common(home), ...how])
    const open = new Set<string>()
    let file = ''
    let started = 0
    for (const line of said.split('\n')) {
      const [, start] = /^\[GNUPG:\] FILE_START 3 (.+)$/.exec(line) ?? []
      if (start !== undefined) {
        file = start
        started += 1
      }
      if (line.startsWith('[GNUPG:] PLAINTEXT ')) open.add(file)
    }
    return { started, open: [...open] }
  }

  #common(home: string): readonly string[] {
    const silent = ['--batch', '--no-tty', '--homedir', home, '--trust-model', 'always']
    // Who has no passphrase is not asked for one: a wrong one costs as much as a right one.
    const nobody = ['--pinentry-mode', 'error']
    const owner = ['--pinentry-mode', 'loopback', '--passphrase', 'geheim']
    return [...silent, ...(home === this.#home ? owner : nobody)]
  }
}

/** OpenPGP messages in every way that gpg knows, and what it says of each. */
export function pgpVariants(box: OracleBox): readonly Variant[] {
  const gpg = new Gpg(box)
  try {
    const made = [...byPassphrase(gpg), ...byKey(gpg), ...readable(gpg)]
    const files = made.map((_, index) => `v${index}.gpg`)
    for (const [index, { bytes }] of made.entries()) box.write(`v${index}.gpg`, bytes)
    const byNobody = gpg.opened(files, 'nobody')
    const byOwner = gpg.opened(files, 'owner')
    return made.map((one, index) => ({
      ...one,
      opens: byNobody.has(`v${index}.gpg`) ? 'whole' : 'never',
      opensWithSecret: byOwner.has(`v${index}.gpg`),
    }))
  } finally {
    gpg.close()
  }
}

function byPassphrase(gpg: Gpg): readonly Made[] {
  return CIPHERS.flatMap(([cipher, guard], row) =>
    [0, 1].map(armoured => {
      const [content, bytes] = CONTENTS[(row + armoured) % CONTENTS.length] ?? ['', LETTER_TEXT]
      const compression = COMPRESSION[(row * 3 + armoured) % COMPRESSION.length] ?? 'none'
      const args = ['--symmetric', '--cipher-algo', cipher, '--compress-algo', compression]
      const armour = armoured === 1 ? ['--armor'] : ['--set-filename', 'befund.txt']
      const derivation = DERIVATIONS[(row + armoured) % DERIVATIONS.length] ?? []
      const options = [...derivation, ...armour]
      return {
        name: `${cipher}, a passphrase, ${options.join(' ')}, ${compression}, ${content}`,
        guard,
        bytes: gpg.make([...args, ...options], bytes),
      }
    }),
  )
}

function byKey(gpg: Gpg): readonly Made[] {
  const made: Made[] = []
  for (const [cipher] of CIPHERS) {
    for (const [who, to] of RECIPIENTS) {
      const index = made.length
      const [content, bytes] = CONTENTS[index % CONTENTS.length] ?? ['', LETTER_TEXT]
      const compression = COMPRESSION[(index >> 2) % COMPRESSION.length] ?? 'none'
      const armour = index % 3 === 0 ? ['--armor'] : index % 3 === 1 ? ['--textmode'] : []
      const args = ['--cipher-algo', cipher, '--compress-algo', compression, ...armour, ...to]
      made.push({
        name: `${cipher} for ${who}, ${armour.join()}, ${compression}, ${content}`,
        guard: 'strong',
        bytes: gpg.make([...FEW_ROUNDS, ...args], bytes),
      })
    }
  }
  return made
}

/** Signed or only packed: armour and packets, and no secret. */
function readable(gpg: Gpg): readonly Made[] {
  const made: Made[] = []
  for (const [what, how] of [
    ['signed', ['--sign', '--local-user', ECC]],
    ['stored', ['--store']],
  ] as const)
    for (const compression of COMPRESSION)
      for (const armour of [['--armor'], ['--set-filename', 'befund.txt']]) {
        const [content, bytes] = CONTENTS[made.length % CONTENTS.length] ?? ['', LETTER_TEXT]
        const args = ['--compress-algo', compression, ...armour, ...how]
        made.push({
          name: `${what}, ${compression}, ${armour.join(' ')}, ${content}`,
          guard: 'none',
          bytes: gpg.make(args, bytes),
        })
      }
  return made
}
