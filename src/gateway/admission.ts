import { unfold } from '../message/header-fields.js'
import type { Transaction } from '../milter/index.js'
import {
  admissionOf,
  type Admission,
  type Connector,
  type VerifiedCertificate,
} from '../policy/connector.js'
import { passOf } from '../policy/lanes.js'
import { daemonName } from './visit.js'

/**
 * What Postfix is asked to tell with MAIL. The names in the certificate are usually told with EHLO
 * alone, and a client need not say that again after STARTTLS (seen with Postfix 3.7.11): it would
 * relay by a certificate that nobody has looked at.
 */
export const CERTIFICATE_MACROS: readonly string[] = Object.freeze([
  'i',
  '{auth_type}',
  '{auth_authen}',
  '{cert_subject}',
  '{cert_issuer}',
])

/** What a client is by its certificate, in the one pass in which the client is not Postfix itself. */
export function admissionFor(tx: Transaction, connectors: readonly Connector[]): Admission {
  const isFirst = passOf(daemonName(tx)) === 'first'
  return admissionOf(
    {
      certificate: isFirst ? certificateIn(tx) : undefined,
      sender: tx.sender.address,
      valuesOf: field => valuesOf(tx, field.toLowerCase()),
    },
    connectors,
  )
}

/** The certificate that a client may rest on: a rule can name it. */
export function certificateBy(admission: Admission): string | undefined {
  return admission.kind === 'admitted' ? admission.certificate : undefined
}

/** The customer that a connector's messages belong to. */
export function customerBy(admission: Admission): string | undefined {
  return admission.kind === 'admitted' ? admission.connector.customer : undefined
}

/** Postfix names a certificate only when it has verified it; a name that it lacks is empty then. */
function certificateIn({ macros }: Transaction): VerifiedCertificate | undefined {
  const subject = macros.get('{cert_subject}')
  const issuer = macros.get('{cert_issuer}')
  if (subject === undefined && issuer === undefined) return undefined
  return { subject: subject ?? '', issuer: issuer ?? '' }
}

/** From the header as it came, every field of it: no limit of a parser counts here. */
function valuesOf({ headers }: Transaction, lowerName: string): readonly string[] {
  return headers
    .filter(({ name }) => name.trimEnd().toLowerCase() === lowerName)
    .map(({ value }) => unfold(value))
}
