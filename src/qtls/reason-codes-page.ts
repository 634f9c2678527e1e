import { REASON_CODES } from './reason-codes.js'
import type { ReasonKind } from './reason-kind.js'
import { readTlsProfile, severityIn } from './tls-profile.js'

/** The text of docs/reference/reason-codes.md. */
export function reasonCodesPage(): string {
  const letter = readTlsProfile('bsi-2026')
  const kinds: readonly (readonly [string, ReasonKind])[] = Object.entries(REASON_CODES)
  const rows = kinds.map(([code, { severity, best, sentence, remedy, rule }]) => {
    const strict = severityIn(letter, code) ?? severity
    const shown = strict === severity ? severity : `${severity} (bsi-2026: ${strict})`
    return `| \`${code}\` | ${shown} | ${best} | ${sentence} | ${remedy || '–'} | ${rule} |`
  })
  return `${HEAD}\n${rows.join('\n')}\n`
}

const HEAD = `# Reason codes of the prober

Generated from the catalogue in src/qtls; do not edit. Programs may rely on codes, severities and levels. What varies (phase, size, path,
date) stands in \`evidence\`. "At best" is the highest level that a domain can have while the reason stands for every server that could be
used; a server that fails alone is left out of \`match\`. \`unchanged\`: an earlier verdict stays as long as it holds. Severities are those of the
TLS profile \`bsi-compatible\`; [tls-profiles.md](tls-profiles.md) says how a profile changes them.

| code | severity | at best | meaning | what the other side can do | rule |
| --- | --- | --- | --- | --- | --- |`
