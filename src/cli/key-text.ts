import { ALL_CUSTOMERS } from '../store/admin.js'
import type { StoredKey } from '../store/recipient-keys.js'
import { printable } from './output.js'

/** A key for `--json`: everything but its bytes. */
export function keyJson(key: StoredKey): object {
  const { customer, owner, system, fingerprint, subject, algorithm, source, addedBy } = key
  return {
    customer,
    owner,
    system,
    fingerprint,
    subject,
    algorithm,
    from: timeText(key.notBefore),
    until: timeText(key.notAfter),
    source,
    added: timeText(key.addedAt),
    addedBy,
    used: timeText(key.usedAt),
  }
}

/** A key in one line. */
export function keyLine(key: StoredKey): string {
  const { owner, system, algorithm, notAfter, source, fingerprint, customer } = key
  const end = notAfter === undefined ? 'no end' : `until ${day(notAfter)}`
  const whose = customer === ALL_CUSTOMERS ? '' : `  for ${printable(customer)}`
  return `${printable(owner)}  ${system}  ${printable(algorithm)}  ${end}  ${source}  ${fingerprint}${whose}`
}

/** Everything about one key, with all for whom it is kept. */
export function keyStory(entries: readonly StoredKey[]): readonly string[] {
  const [key] = entries
  if (key === undefined) return []
  return [
    `${key.system === 'smime' ? 'Certificate' : 'OpenPGP key'} ${key.fingerprint}`,
    `    of ${printable(key.subject)}`,
    `    ${printable(key.algorithm)}, from ${day(key.notBefore)}, ${
      key.notAfter === undefined ? 'no end' : `until ${day(key.notAfter)}`
    }`,
    ...entries.map(entry => {
      const who = `${entry.source}, by ${printable(entry.addedBy)}, ${day(entry.addedAt)}`
      const used = entry.usedAt === undefined ? '' : `, last used ${day(entry.usedAt)}`
      const whose = entry.customer === ALL_CUSTOMERS ? '' : ` (${printable(entry.customer)})`
      return `    for ${printable(entry.owner)}${whose}: ${who}${used}`
    }),
  ]
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)

function timeText(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString()
}
