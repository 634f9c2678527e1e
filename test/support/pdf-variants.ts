import type { OracleBox } from './oracle-box.js'
import { LETTER_PDF } from './pdf-bytes.js'
import type { Guard, Variant } from './variant.js'

/** Every revision of the standard handler that qpdf writes. */
const CIPHERS: readonly (readonly [name: string, options: readonly string[], guard: Guard])[] = [
  ['R2, RC4-40', ['40'], 'weak'],
  ['R3, RC4-128', ['128', '--use-aes=n'], 'weak'],
  ['R3, printing not allowed', ['128', '--use-aes=n', '--print=none'], 'weak'],
  ['R4, RC4-128', ['128', '--use-aes=n', '--force-V4'], 'weak'],
  ['R4, AES-128', ['128', '--use-aes=y'], 'strong'],
  ['R4, metadata in the clear', ['128', '--use-aes=y', '--cleartext-metadata'], 'strong'],
  ['R5, AES-256', ['256', '--force-R5'], 'weak'],
  ['R6, AES-256', ['256'], 'strong'],
  ['R6, metadata in the clear', ['256', '--cleartext-metadata'], 'strong'],
]

const PASSWORDS: readonly (readonly [user: string, owner: string])[] = [
  ['geheim', 'besitzer'],
  ['Umläut und mehr als zweiunddreissig Zeichen', 'o'],
  ['geheim', 'geheim'],
  ['', 'besitzer'],
]

const FORMS: readonly (readonly string[])[] = [
  ['--object-streams=disable'],
  ['--object-streams=generate'],
  ['--linearize'],
  ['--object-streams=generate', '--linearize', '--compress-streams=n'],
  ['--coalesce-contents', '--newline-before-endstream'],
]

const FIXED = ['--static-id', '--static-aes-iv', '--allow-weak-crypto']

interface Made {
  readonly name: string
  readonly guard: Guard
  readonly bytes: Buffer
  readonly password: string
}

/** PDF files in every way in which qpdf encrypts, and what it says of each. */
export function pdfVariants(box: OracleBox): readonly Variant[] {
  box.write('in.pdf', LETTER_PDF)
  box.write('attached.txt', Buffer.from('Befund und Diagnose, streng vertraulich.\n'))
  return [...encrypted(box), ...attached(box), ...plain(box)].map(
    ({ name, guard, bytes, password }) => {
      box.write('asked.pdf', bytes)
      return {
        name,
        guard,
        bytes,
        opens: opensInQpdf(box, 'asked.pdf', '') ? 'whole' : 'never',
        opensWithSecret: opensInQpdf(box, 'asked.pdf', password),
      }
    },
  )
}

/** Whether qpdf opens a file with a password, and can decode all that is in it or at least go on. */
export function opensInQpdf(box: OracleBox, file: string, password: string): boolean {
  const { code } = box.ask('qpdf', [`--password=${password}`, '--check', file])
  return code === 0 || code === 3
}

/** What qpdf makes of in.pdf. */
function make(box: OracleBox, options: readonly string[]): Buffer {
  const { code } = box.ask('qpdf', [...FIXED, 'in.pdf', 'out.pdf', ...options])
  if (code !== 0 && code !== 3) throw new Error(`qpdf ended with ${code}`)
  return box.read('out.pdf')
}

function encrypted(box: OracleBox): readonly Made[] {
  const made: Made[] = []
  for (const [cipher, options, guard] of CIPHERS)
    for (const [user, owner] of PASSWORDS)
      for (const turn of [0, 2]) {
        const form = FORMS[(made.length + turn) % FORMS.length] ?? []
        made.push({
          name: `${cipher}, user "${user}", owner "${owner}", ${form.join(' ')}`,
          guard: user === '' ? 'none' : guard,
          bytes: make(box, [...form, '--encrypt', user, owner, ...options, '--']),
          password: owner,
        })
      }
  // An empty password of the owner opens these revisions too.
  for (const options of [['256'], ['256', '--force-R5']])
    made.push({
      name: `${options.join(' ')}, no password of the owner`,
      guard: 'none',
      bytes: make(box, ['--encrypt', 'geheim', '', ...options, '--allow-insecure', '--']),
      password: 'geheim',
    })
  return made
}

function attached(box: OracleBox): readonly Made[] {
  const attachment = ['--add-attachment', 'attached.txt', '--mimetype=text/plain', '--']
  return CIPHERS.map(([cipher, options, guard]) => ({
    name: `${cipher}, with an attachment`,
    guard,
    bytes: make(box, [...attachment, '--encrypt', 'geheim', 'besitzer', ...options, '--']),
    password: 'geheim',
  }))
}

function plain(box: OracleBox): readonly Made[] {
  return [...FORMS, ['--qdf'], ['--qdf', '--object-streams=disable']].map(form => ({
    name: `plain, ${form.join(' ')}`,
    guard: 'none',
    bytes: make(box, form),
    password: '',
  }))
}
