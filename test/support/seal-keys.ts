import { OracleBox } from './oracle-box.js'

/** How a certificate is made; a mail certificate of a recipient when nothing is said. */
export interface CertificateWish {
  /** `rsa:2048`, `ec:P-256`, `ed25519`. */
  readonly key?: string
  readonly subject?: string
  readonly extensions?: readonly string[]
  /** Name of the authority that issues it; absent: it signs itself. */
  readonly by?: string
  /** The digest that it is signed with. */
  readonly digest?: string
  readonly days?: number
}

/** Name and value of an extension in the words of openssl. */
export const MAIL_EXTENSIONS = (address: string, usage = 'keyEncipherment'): readonly string[] => [
  'basicConstraints=critical,CA:FALSE',
  `keyUsage=critical,digitalSignature,${usage}`,
  'extendedKeyUsage=emailProtection',
  `subjectAltName=email:${address}`,
]

export const AUTHORITY_EXTENSIONS = [
  'basicConstraints=critical,CA:TRUE',
  'keyUsage=critical,keyCertSign,cRLSign',
] as const

/** Certificates by openssl and OpenPGP keys by gpg, in a folder of their own; `close` ends gpg's agent. */
export class KeyMaker {
  readonly box = new OracleBox()
  readonly #home: string
  #serial = 0

  constructor() {
    this.#home = this.box.subfolder('gpg')
    // A configuration of its own, so that the system's adds no extensions.
    this.box.write('req.cnf', Buffer.from('[req]\ndistinguished_name = name\n[name]\n'))
  }

  /** Makes `name.pem` and `name.key`; gives the certificate as DER. */
  certificate(name: string, wish: CertificateWish = {}): Buffer {
    const { key = 'ec:P-256', subject = `/CN=${name}`, by, digest = 'sha256', days = 2 } = wish
    const extensions = wish.extensions ?? MAIL_EXTENSIONS(`${name}@example.org`, usageOf(key))
    const [kind = '', detail = ''] = key.split(':')
    const newKey = kind === 'ec' ? ['ec', '-pkeyopt', `ec_paramgen_curve:${detail}`] : [key]
    this.#serial += 1
    const request = 'req -x509 -config req.cnf -nodes -utf8 -newkey'.split(' ')
    const issuer = by === undefined ? [] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`]
    const how = kind === 'ed25519' ? issuer : [`-${digest}`, ...issuer]
    const more = extensions.flatMap(one => ['-addext', one])
    const form = ['-subj', subject, '-days', String(days), '-set_serial', String(this.#serial)]
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
    this.box.make('openssl', [...request, ...newKey, ...form, ...how, ...more, ...files])
    return this.der(name)
  }

  authority(name: string, wish: CertificateWish = {}): Buffer {
    return this.certificate(name, { extensions: AUTHORITY_EXTENSIONS, ...wish })
  }

  der(name: string): Buffer {
    return this.box.make('openssl', ['x509', '-in', `${name}.pem`, '-outform', 'DER'])
  }

  pem(name: string): Buffer {
    return this.box.read(`${name}.pem`)
  }

  openssl(...args: readonly string[]): Buffer {
    return this.box.make('openssl', args)
  }

  gpg(args: readonly string[], input?: Buffer): Buffer {
    const common = ['--batch', '--no-tty', '--homedir', this.#home, '--trust-model', 'always']
    const silent = ['--pinentry-mode', 'loopback', '--passphrase', '']
    return this.box.make('gpg', [...common, ...silent, ...args], input)
  }

  /** Makes an OpenPGP key; gives its public part in binary. */
  pgpKey(user: string, algorithm: string, usage = 'default', expire = 'never'): Buffer {
    this.gpg(['--quick-generate-key', user, algorithm, usage, expire])
    return this.gpg(['--export', user])
  }

  /** An OpenPGP key as it was and as its owner has revoked it, in binary. */
  async revocablePgpKey(email: string): Promise<{ fresh: Buffer; revoked: Buffer }> {
    const { generateKey, revokeKey } = await import('openpgp')
    const { privateKey, publicKey } = await generateKey({
      userIDs: [{ email }],
      format: 'object',
    })
    const gone = await revokeKey({ key: privateKey, format: 'object' })
    return {
      fresh: Buffer.from(publicKey.write()),
      revoked: Buffer.from(gone.publicKey.write()),
    }
  }

  close(): void {
    this.box.make('gpgconf', ['--homedir', this.#home, '--kill', 'gpg-agent'])
    this.box.close()
  }
}

function usageOf(key: string): string {
  return key.startsWith('rsa') ? 'keyEncipherment' : 'keyAgreement'
}
