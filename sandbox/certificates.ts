import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { runCommand } from './run-command.js'

export interface Certificate {
  /** Private key and chain as PEM text, the server's certificate first. */
  readonly key: string
  readonly cert: string
}

export interface Authority {
  /** The certificate of the authority, for whoever is to trust it. */
  readonly file: string
  issue(hostName: string, form?: CertificateForm): Promise<Certificate>
}

export interface CertificateForm {
  /** Whom it is good for; a server when nothing is said. */
  readonly usage?: 'server' | 'client'
  /** The host's name stands where it should, but not in the subject. */
  readonly withoutCommonName?: boolean
}

/**
 * Makes a certificate authority of the sandbox's own, good for two days; nothing outside trusts it.
 *
 * Throws  an Error with what openssl said.
 */
export async function createAuthority(directory: string): Promise<Authority> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'authority.pem')
  const key = join(directory, 'authority.key')
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
  await makeCertificate({ subject: 'CN = Sandbox Authority', key, file, extensions, signer: [] })
  return {
    file,
    issue: (hostName, form) => issue(directory, hostName, ['-CA', file, '-CAkey', key], form),
  }
}

/** A certificate that nobody signed but its own key. */
export async function selfSigned(directory: string, hostName: string): Promise<Certificate> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return issue(directory, hostName, [])
}

async function issue(
  directory: string,
  hostName: string,
  signer: readonly string[],
  { usage = 'server', withoutCommonName = false }: CertificateForm = {},
): Promise<Certificate> {
  if (!/^[a-z0-9.-]{1,64}$/.test(hostName)) throw new Error(`not a host name: ${hostName}`)
  const key = join(directory, `${usage}-${hostName}.key`)
  const file = join(directory, `${usage}-${hostName}.pem`)
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    `extendedKeyUsage=${usage}Auth`,
    `subjectAltName=DNS:${hostName}`,
  ]
  const subject = withoutCommonName ? 'O = Sandbox' : `CN = ${hostName}`
  await makeCertificate({ subject, key, file, extensions, signer })
  const chain = signer.length === 0 ? [file] : [file, join(directory, 'authority.pem')]
  const texts = await Promise.all([key, ...chain].map(path => readFile(path, 'utf8')))
  return { key: texts[0] ?? '', cert: texts.slice(1).join('') }
}

interface Request {
  /** As a line of openssl's configuration. */
  readonly subject: string
  readonly key: string
  readonly file: string
  readonly extensions: readonly string[]
  readonly signer: readonly string[]
}

/** A configuration of its own, so that the system's openssl.cnf adds no extensions. */
const CONFIG = '[req]\ndistinguished_name = name\nprompt = no\n[name]\n'

async function makeCertificate(request: Request): Promise<void> {
  const config = `${request.file}.cnf`
  await writeFile(config, `${CONFIG}${request.subject}\n`)
  const options = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 -nodes'.split(' ')
  options.push('-config', config, '-keyout', request.key, '-out', request.file)
  for (const extension of request.extensions) options.push('-addext', extension)
  const { code, stderr } = await runCommand('openssl', [...options, ...request.signer])
  if (code !== 0) throw new Error(`openssl made no certificate: ${stderr.trim()}`)
}
