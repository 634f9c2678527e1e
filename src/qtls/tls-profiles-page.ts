import { ADJUSTABLE_CODES } from './profile-schema.js'
import { editionOf, readTlsProfile, SHIPPED_PROFILES } from './tls-profile.js'

interface Listed {
  readonly source: string
  readonly confidence: string
  readonly until?: number | undefined
  readonly until_confidence?: string | undefined
  readonly checked: boolean
}

/** The text of docs/reference/tls-profiles.md. */
export function tlsProfilesPage(): string {
  const profile = readTlsProfile('bsi-2026')
  const { guideline } = profile
  const use = { offer: 'offered', accept: 'listed, not offered' }
  const hex = (id: number): string => `0x${id.toString(16).toUpperCase().padStart(4, '0')}`
  return [
    HEAD,
    profilesTable(),
    OWN_FILE.replace('CODES', ADJUSTABLE_CODES.map(code => `\`${code}\``).join(', ')),
    `## The guideline as data: ${editionOf(profile)}\n`,
    ABOUT_DATA,
    table(
      'Protocols',
      ['protocol'],
      guideline.protocol.map(one => [one, [one.name]]),
    ),
    table(
      'Suites',
      ['id', 'suite', 'protocol', 'lane qtls'],
      guideline.suite.map(one => {
        const needs = one.needs === undefined ? '' : ', only with encrypt_then_mac'
        return [one, [hex(one.id), one.name, one.protocol, `${use[one.use]}${needs}`]]
      }),
    ),
    table(
      'Groups',
      ['id', 'group', 'protocols', 'lane qtls'],
      guideline.group.map(one => [
        one,
        [String(one.id), one.name, one.protocols.join(', '), use[one.use]],
      ]),
    ),
    table(
      'Signature schemes',
      ['id', 'scheme', 'protocols', 'lane qtls', 'in certificates until'],
      guideline.signature_scheme.map(one => [
        one,
        [
          hex(one.id),
          one.name,
          one.protocols.join(', '),
          use[one.use],
          String(one.certificate_until ?? '–'),
        ],
      ]),
    ),
    table(
      'Key lengths',
      ['key', 'bits'],
      guideline.key.map(one => [one, [one.algorithm, `at least ${one.min_bits}`]]),
    ),
    table(
      'Hashes of certificate signatures',
      ['hash'],
      guideline.hash.map(one => [one, [one.name]]),
    ),
    table(
      'Features',
      ['feature', 'wanted'],
      guideline.feature.map(one => [one, [one.name, one.wanted]]),
    ),
  ].join('\n')
}

function profilesTable(): string {
  const rows = SHIPPED_PROFILES.map(name => {
    const { about, departures, rsaMinBits } = readTlsProfile(name)
    const departs = departures.map(
      ({ code, severity, reason }) => `\`${code}\`: ${severity}, because ${reason}`,
    )
    return `| \`${name}\` | ${about} | ${rsaMinBits} | ${departs.join('; ') || 'none'} |`
  })
  return `| profile | what it is | RSA at least | departures |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly [Listed, readonly string[]])[],
): string {
  const head = [...columns, 'until', 'confidence', 'checked', 'source']
  const lines = rows.map(([one, cells]) => {
    const until = one.until === undefined ? '–' : `${one.until} (${one.until_confidence ?? '?'})`
    const origin = [until, one.confidence, one.checked ? 'yes' : 'no', one.source]
    return `| ${[...cells, ...origin].join(' | ')} |`
  })
  const rule = head.map(() => '---').join(' | ')
  return `### ${title}\n\n| ${head.join(' | ')} |\n| ${rule} |\n${lines.join('\n')}\n`
}

const HEAD = `# TLS profiles

Generated from policies/tls-profiles; do not edit. A TLS profile is the set of rules that a verdict is made by: a guideline as data, and how
far it is held to. Every verdict names its profile and the edition of the guideline.
`

const OWN_FILE = `
## A profile of your own

A TOML file that inherits from one that comes with the program, or from another file beside it. A mistake in it is named with file, line
and column.

\`\`\`toml
name = "ours"
inherits = "bsi-compatible"

[keys]
rsa_min_bits = 3072        # what is shorter is key_too_short; never below 2048
ec_min_bits = 256          # never below 250
dh_min_bits = 3072

[refuse]                   # what the guideline lists and you do not want
suites = ["TLS_AES_128_CCM_SHA256"]
groups = ["secp521r1"]

[[departure]]              # how bad a code is: fail, warn or info
code = "revocation_unavailable"
severity = "warn"
reason = "our partners' authority has no public revocation list"
\`\`\`

A severity can be given to CODES. For all other codes a verdict would say something else than what Postfix does when it delivers. What is
refused is judged by the session that comes about with the offer of the lane \`qtls\`; the offer itself stays as it is.
`

const ABOUT_DATA = `Nobody could read the guideline's own text of this edition when the data was put together: no entry is marked as checked. Confidence A: the
authority's own machine-readable data or two independent structured sources; B: one source that names the edition; C: inferred, to be
confirmed before anybody claims compliance. Sources S1 to S6 are named in the head of policies/tls-profiles/bsi-tr-02102-2.toml. "Until" is
the last year in which an entry is recommended; afterwards it counts as not listed.
`
