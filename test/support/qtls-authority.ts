import { createHash, X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../sandbox/run-command.js'

/** A private key and its chain as PEM, the server's certificate first. */
export interface LabCertificate {
  readonly key: string
  readonly cert: string
}

export interface CertificateWish {
  /** In the certificate; the first is its file's name as well. */
  readonly names: readonly string[]
  /** For `openssl req -newkey`: `rsa:2048`, `ed25519`, `ec:P-256`. */
  readonly key?: string
  readonly digest?: string
  /** Days from now, negative ones before. */
  readonly from?: number
  readonly to?: number
  readonly crl?: string
  readonly ocsp?: string
  /** The certificate of the authority between is left out of the chain. */
  readonly withoutIntermediate?: boolean
  /** The authority between: one with a key of P-256, or one that signs by RSA with PKCS #1 v1.5. */
  readonly by?: 'middle' | 'rsa'
}

const DAY = 86_400_000

/** The authorities below the root. */
const MIDDLE = ['middle', 'rsa'] as const

/** An authority below a root, by openssl(1), with what it has issued and revoked. */
export class LabAuthority {
  readonly #directory: string
  #serial = 0x1000
  #request = 0

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** `rootCrl`: where the list of the root is. */
  static async create(directory: string, rootCrl: string): Promise<LabAuthority> {
    const authority = new LabAuthority(directory)
    await mkdir(join(directory, 'new'), { recursive: true })
    for (const name of ['root', ...MIDDLE]) {
      await writeFile(authority.#path(`${name}.index`), '')
      await writeFile(authority.#path(`${name}.crlnumber`), '01\n')
      await writeFile(authority.#path(`${name}.cnf`), configOf(directory, name))
    }
    await authority.#openssl(
      `req -x509 -config root.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 ` +
        `-subj /CN=Lab-Root -addext basicConstraints=critical,CA:TRUE ` +
        `-addext keyUsage=critical,keyCertSign,cRLSign -keyout root.key -out root.pem`,
    )
    await authority.#requestFor('middle', 'ec -pkeyopt ec_paramgen_curve:P-256')
    await authority.#requestFor('rsa', 'rsa:3072')
    const extensions = [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
      `crlDistributionPoints=URI:${rootCrl}`,
    ]
    for (const name of MIDDLE) {
      await writeFile(authority.#path(`${name}.ext`), extensions.join('\n'))
      await authority.#sign('root', name, -2, 30, 'sha256')
    }
    await authority.makeLists()
    return authority
  }

  /** What is to be trusted. */
  get rootFile(): string {
    return this.#path('root.pem')
  }

  async issue(wish: CertificateWish): Promise<LabCertificate> {
    const { names, key = 'ec:P-256', digest = 'sha256', from = -1, to = 20, by = 'middle' } = wish
    const file = names[0] ?? 'nobody'
    const [kind, curve] = key.split(':')
    const newKey = kind === 'ec' ? `ec -pkeyopt ec_paramgen_curve:${curve}` : key
    await this.#openssl(
      `req -new -config root.cnf -newkey ${newKey} -nodes -subj /CN=${file} ` +
        `-keyout ${file}.key -out ${file}.csr`,
    )
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'extendedKeyUsage=serverAuth',
      `subjectAltName=${names.map(name => `DNS:${name}`).join(',')}`,
      ...(wish.crl === undefined ? [] : [`crlDistributionPoints=URI:${wish.crl}`]),
      ...(wish.ocsp === undefined ? [] : [`authorityInfoAccess=OCSP;URI:${wish.ocsp}`]),
    ]
    await writeFile(this.#path(`${file}.ext`), extensions.join('\n'))
    await this.#sign(by, file, from, to, digest)
    const chain = wish.withoutIntermediate === true ? [file] : [file, by]
    return this.#read(file, chain)
  }

  /** A certificate that nobody signed but its own key. */
  async selfSigned(name: string): Promise<LabCertificate> {
    await this.#openssl(
      `req -x509 -config root.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 ` +
        `-subj /CN=${name} -addext subjectAltName=DNS:${name} -keyout ${name}.key -out ${name}.pem`,
    )
    return this.#read(name, [name])
  }

  async revoke(name: string): Promise<void> {
    await this.#openssl(`ca -batch -config middle.cnf -revoke ${name}.pem`)
  }

  /** Makes all lists anew: `root.crl`, `middle.crl` and `rsa.crl`, DER. */
  async makeLists(): Promise<void> {
    for (const name of ['root', ...MIDDLE]) {
      await this.#openssl(`ca -batch -config ${name}.cnf -gencrl -crldays 7 -out ${name}.crl.pem`)
      await this.#openssl(`crl -in ${name}.crl.pem -outform DER -out ${name}.crl`)
    }
  }

  list(name: 'root' | 'middle' | 'rsa'): Promise<Buffer> {
    return readFile(this.#path(`${name}.crl`))
  }

  /** What openssl(1) answers as a responder; `signer` names the certificate that signs. */
  async answerOcsp(request: Buffer, signer = 'middle'): Promise<Buffer> {
    const name = `request${(this.#request += 1)}`
    await writeFile(this.#path(name), request)
    await this.#openssl(
      `ocsp -index middle.index -CA middle.pem -rsigner ${signer}.pem -rkey ${signer}.key ` +
        `-ndays 1 -reqin ${name} -respout ${name}.answer`,
    )
    return readFile(this.#path(`${name}.answer`))
  }

  async #requestFor(name: string, key: string): Promise<void> {
    await this.#openssl(
      `req -new -config root.cnf -newkey ${key} -nodes -subj /CN=Lab-Authority-${name} ` +
        `-keyout ${name}.key -out ${name}.csr`,
    )
  }

  async #sign(by: string, name: string, from: number, to: number, digest: string): Promise<void> {
    this.#serial += 1
    await writeFile(this.#path(`${by}.serial`), `${this.#serial.toString(16)}\n`)
    await this.#openssl(
      `ca -batch -notext -config ${by}.cnf -in ${name}.csr -out ${name}.pem -extfile ${name}.ext ` +
        `-startdate ${timeIn(from)} -enddate ${timeIn(to)} -md ${digest}`,
    )
  }

  async #read(name: string, chain: readonly string[]): Promise<LabCertificate> {
    const texts = await Promise.all(
      [`${name}.key`, ...chain.map(one => `${one}.pem`)].map(file =>
        readFile(this.#path(file), 'utf8'),
      ),
    )
    return { key: texts[0] ?? '', cert: texts.slice(1).join('') }
  }

  async #openssl(line: string): Promise<void> {
    const args = ['-c', `cd "$0" && exec openssl ${line}`, this.#directory]
    const { code, stderr } = await runCommand('sh', args)
    if (code !== 0) throw new Error(`openssl ${line}: ${stderr.trim()}`)
  }

  #path(file: string): string {
    return join(this.#directory, file)
  }
}

/** SHA-256 of the key or the whole of the certificate at `at` of a chain, for TLSA records. */
export function tlsaDigest({ cert }: LabCertificate, selector: 0 | 1, at = 0): string {
  const pem = cert.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.[at] ?? ''
  const certificate = new X509Certificate(pem)
  const bytes =
    selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(bytes).digest('hex')
}

function configOf(directory: string, name: string): string {
  const own = (file: string): string => join(directory, file)
  return `
[req]
distinguished_name = name
[name]
[ca]
default_ca = own
[own]
database = ${own(`${name}.index`)}
serial = ${own(`${name}.serial`)}
crlnumber = ${own(`${name}.crlnumber`)}
new_certs_dir = ${own('new')}
certificate = ${own(`${name}.pem`)}
private_key = ${own(`${name}.key`)}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`
}

function timeIn(days: number): string {
  const iso = new Date(Date.now() + days * DAY).toISOString()
  return `${iso.slice(0, 19).replace(/[-T:]/g, '')}Z`
}
