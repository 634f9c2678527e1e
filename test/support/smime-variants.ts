import type { OracleBox } from './oracle-box.js'
import { LETTER_TEXT, type Guard, type Variant } from './variant.js'

/** Ciphers that `openssl cms` writes; those of old need its legacy provider. */
const CIPHERS: readonly (readonly [cipher: string, guard: Guard])[] = [
  ['aes128', 'strong'],
  ['aes192', 'strong'],
  ['aes256', 'strong'],
  ['aes-128-gcm', 'strong'],
  ['aes-192-gcm', 'strong'],
  ['aes-256-gcm', 'strong'],
  ['des3', 'weak'],
  ['des', 'weak'],
  ['rc2-40', 'weak'],
  ['rc2-64', 'weak'],
  ['rc2-128', 'weak'],
  ['rc4', 'weak'],
]

const KEY = '0123456789abcdef0123456789abcdef'
const SECRET_KEY = ['-secretkey', KEY, '-secretkeyid', '01']
const PASSWORD = ['-pwri_password', 'geheim']
const RSA = ['-inkey', 'rsa.key', '-recip', 'rsa.pem']
const EC = ['-inkey', 'ec.key', '-recip', 'ec.pem']

/** For whom, and what opens it again. */
const RECIPIENTS: readonly (readonly [
  who: string,
  to: readonly string[],
  by: readonly string[],
])[] = [
  ['RSA', ['rsa.pem'], RSA],
  ['RSA with OAEP', ['-recip', 'rsa.pem', '-keyopt', 'rsa_padding_mode:oaep'], RSA],
  ['EC', ['ec.pem'], EC],
  ['RSA and EC', ['rsa.pem', 'ec.pem'], EC],
  ['EC by key identifier', ['-keyid', 'ec.pem'], EC],
  ['a symmetric key', SECRET_KEY, SECRET_KEY],
  ['a password', PASSWORD, PASSWORD],
  ['RSA and a password', [...PASSWORD, 'rsa.pem'], RSA],
]

type Form = 'DER' | 'PEM' | 'SMIME'
const FORMS: readonly (readonly [form: Form, options: readonly string[]])[] = [
  ['DER', []],
  ['DER', ['-stream', '-indef']],
  ['PEM', []],
  ['SMIME', []],
]

const LEGACY = ['-provider', 'legacy', '-provider', 'default']

interface Made {
  readonly name: string
  readonly guard: Guard
  readonly form: Form
  readonly bytes: Buffer
  /** What opens it again; undefined where nothing is needed. */
  readonly by?: readonly string[]
}

/** Keys and certificates of two kinds, for `openssl cms` in this box. */
export function makeSmimeKeys(box: OracleBox): void {
  const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  for (const [name, algorithm] of [
    ['rsa', ['rsa:2048']],
    ['ec', ec],
  ] as const) {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
    const request = ['req', '-x509', '-nodes', '-subj', `/CN=${name}`, '-newkey', ...algorithm]
    box.make('openssl', [...request, ...files])
  }
}

/** S/MIME in every way that `openssl cms` knows, and what it says of each. */
export function smimeVariants(box: OracleBox): readonly Variant[] {
  makeSmimeKeys(box)
  const made = [...enveloped(box), ...encryptedByKey(box), ...signed(box)]
  const files = made.map(({ bytes, form }, index) => {
    box.write(`v${index}`, bytes)
    return { file: `v${index}`, form }
  })
  const opened = smimeOpened(box, files)
  return made.map(({ name, guard, form, bytes, by }, index) => ({
    name,
    guard,
    bytes:
      form === 'SMIME' ? Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n')) : bytes,
    opens: opened.get(`v${index}`)?.includes(LETTER_TEXT) === true ? 'whole' : 'never',
    opensWithSecret: by === undefined || decrypts(box, `v${index}`, form, by),
    isMessage: form === 'SMIME',
  }))
}

function enveloped(box: OracleBox): readonly Made[] {
  const made: Made[] = []
  for (const [cipher, guard] of CIPHERS) {
    for (const [who, to, by] of RECIPIENTS) {
      if (isImpossible(cipher, to)) continue
      const [form, options] = FORMS[made.length % FORMS.length] ?? ['DER', []]
      const args = ['cms', '-encrypt', ...LEGACY, '-binary', '-outform', form, ...options]
      const bytes = box.make('openssl', [...args, `-${cipher}`, ...to], LETTER_TEXT)
      const name = `${cipher} for ${who}, ${form} ${options.join(' ')}`
      made.push({ name, guard, form, bytes, by: ['-decrypt', ...by] })
    }
  }
  return made
}

/**
 * A password wraps a key by a block cipher in CBC mode only (RFC 3211), and AES wraps none of eight
 * bytes or less (RFC 3394).
 */
function isImpossible(cipher: string, to: readonly string[]): boolean {
  if (to.includes('-pwri_password')) return /gcm|rc4/.test(cipher)
  return /^(?:des|rc2-40|rc2-64)$/.test(cipher) && /ec\.pem|-secretkey/.test(to.join())
}

function encryptedByKey(box: OracleBox): readonly Made[] {
  const sizes = { aes128: 32, aes192: 48, aes256: 64, des3: 48 } as const
  return Object.entries(sizes).map(([cipher, digits], index) => {
    const key = ['-secretkey', KEY.repeat(2).slice(0, digits)]
    const [form, options] = FORMS[index % 2] ?? ['DER', []]
    const args = ['cms', '-EncryptedData_encrypt', '-binary', '-outform', form, ...options]
    return {
      name: `EncryptedData, ${cipher} ${options.join(' ')}`,
      guard: cipher === 'des3' ? 'weak' : 'strong',
      form,
      bytes: box.make('openssl', [...args, `-${cipher}`, ...key], LETTER_TEXT),
      by: ['-EncryptedData_decrypt', ...key],
    }
  })
}

/** What is only signed or digested, and what is signed around or inside something encrypted. */
function signed(box: OracleBox): readonly Made[] {
  const sign = (input: Buffer, form: Form, ...options: readonly string[]): Buffer => {
    const by = ['-signer', 'rsa.pem', '-inkey', 'rsa.key', '-nodetach']
    return box.make(
      'openssl',
      ['cms', '-sign', '-binary', '-outform', form, ...by, ...options],
      input,
    )
  }
  const encrypt = (input: Buffer): Buffer =>
    box.make(
      'openssl',
      ['cms', '-encrypt', '-binary', '-outform', 'DER', '-aes256', 'ec.pem'],
      input,
    )
  const made: Made[] = FORMS.flatMap(([form, options]) =>
    [[], ['-nocerts'], ['-noattr'], ['-keyid', '-md', 'sha512']].map(more => ({
      name: `signed, ${form} ${[...options, ...more].join(' ')}`,
      guard: 'none' as const,
      form,
      bytes: sign(LETTER_TEXT, form, ...options, ...more),
    })),
  )
  const digest = ['cms', '-digest_create', '-binary', '-outform', 'DER']
  const sealed = encrypt(sign(LETTER_TEXT, 'DER'))
  made.push(
    {
      name: 'digested',
      guard: 'none',
      form: 'DER',
      bytes: box.make('openssl', digest, LETTER_TEXT),
    },
    { name: 'signed, then encrypted', guard: 'strong', form: 'DER', bytes: sealed },
    { name: 'encrypted, then signed', guard: 'strong', form: 'DER', bytes: sign(sealed, 'DER') },
  )
  return made
}

/**
 * What openssl reads of CMS files without any key, in one shell.
 *
 * Gives   the content of each file that one of its ways to read opens; nothing for the others.
 */
export function smimeOpened(
  box: OracleBox,
  files: readonly { readonly file: string; readonly form: string }[],
): ReadonlyMap<string, Buffer> {
  const list = files.map(({ file, form }) => `${file} ${form}\n`).join('')
  const { said } = box.ask('sh', ['-c', READ_WITHOUT_KEY], Buffer.from(list))
  const names = said.split('\n').filter(name => name !== '')
  return new Map(names.map(name => [name, box.read(`${name}.out`)]))
}

/** The type that openssl reads says which of its ways to go. */
const READ_WITHOUT_KEY = `
verify='-verify -noverify -nosigs -no_attr_verify -no_content_verify -certfile rsa.pem'
while read -r name form; do
  openssl cms -cmsout -print -noout -inform "$form" -in "$name" >"$name.type" </dev/null || continue
  { read -r _; read -r _ type _; } <"$name.type"
  case $type in
    *signedData) way=$verify ;;
    *[dD]igest*) way=-digest_verify ;;
    *[cC]ompressed*) way=-uncompress ;;
    pkcs7-data) way=-data_out ;;
    *) continue ;;
  esac
  openssl cms $way -binary -inform "$form" -in "$name" -out "$name.out" </dev/null && echo "$name"
done`

function decrypts(box: OracleBox, file: string, form: Form, by: readonly string[]): boolean {
  const [how = '', ...key] = by
  const args = ['cms', how, ...LEGACY, '-binary', '-inform', form, '-in', file, ...key]
  return box.ask('openssl', args).said.includes(LETTER_TEXT.toString('latin1'))
}
