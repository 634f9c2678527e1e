import type { CertificateFacts } from './certificate.js'
import type { NameRule } from './certificate-extensions.js'

const DNS = 2

/**
 * Whether an authority may issue for the names of a certificate. DNS names are looked at; a name of
 * another kind that the authority has rules for counts as not allowed, because nobody checks it here.
 *
 * Gives   what is wrong, in a few words
 * Source  RFC 5280, 4.2.1.10; the common name counts where there is no other, as for OpenSSL
 */
export function nameConstraintProblem(
  { nameConstraints }: CertificateFacts,
  leaf: CertificateFacts,
): string | undefined {
  if (nameConstraints === undefined) return undefined
  const { permitted, excluded } = nameConstraints
  const dnsRules = ({ kind }: NameRule): boolean => kind === DNS
  const allowed = permitted.filter(dnsRules)
  for (const name of namesOf(leaf)) {
    if (allowed.length > 0 && !allowed.some(({ value }) => covers(value, name)))
      return 'a name is not within the permitted ones'
    if (excluded.filter(dnsRules).some(({ value }) => covers(value, name)))
      return 'a name is excluded'
  }
  const ruled = new Set([...permitted, ...excluded].map(({ kind }) => kind))
  return leaf.otherNames.some(kind => ruled.has(kind))
    ? 'a name of a kind that has constraints'
    : undefined
}

/** Directory names are left out: the subject of a server's certificate names no server. */
function namesOf({ dnsNames, x509 }: CertificateFacts): readonly string[] {
  if (dnsNames.length > 0) return dnsNames
  const common = /^CN=(.*)$/m.exec(x509.subject ?? '')?.[1]?.toLowerCase()
  return common !== undefined && /^[a-z0-9_*-]+(?:\.[a-z0-9_-]+)+$/.test(common) ? [common] : []
}

/** `example.org` covers itself and what is below it, `.example.org` only what is below. */
function covers(rule: string, name: string): boolean {
  if (rule === '' || rule === name) return true
  return name.endsWith(rule.startsWith('.') ? rule : `.${rule}`)
}
