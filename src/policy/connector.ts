import { domainMatcher, type Matcher } from './matcher.js'

/** `[[connector]]` of milter.conf: a server that may relay by its client certificate. */
export interface ConnectorSettings {
  readonly name: string
  readonly certificates: readonly string[]
  /** Empty: whoever issued it. */
  readonly issuers: readonly string[]
  readonly tenant_header: string
  /** Empty: the certificate belongs to one client alone. */
  readonly tenants: readonly string[]
  /** Empty: any sender. */
  readonly sender_domains: readonly string[]
  /** Empty: told by the sender's domain. */
  readonly customer: string
}

export interface Connector {
  readonly name: string
  readonly customer: string | undefined
  /** The name of the certificate as the settings write it; undefined when it is not of this connector. */
  nameOf(certificate: VerifiedCertificate): string | undefined
  /** Why the message is not from a tenant of this connector. */
  tenantProblem(facts: Pick<ClientFacts, 'valuesOf'>): string | undefined
  readonly maySend: Matcher<string>
}

/** What stands in a client certificate that Postfix has verified. */
export interface VerifiedCertificate {
  /** Common name of its subject; empty when it has none. */
  readonly subject: string
  /** Common name of its issuer. */
  readonly issuer: string
}

/** Who gives a message to Postfix, and what the message says of where it is from. */
export interface ClientFacts {
  /** Undefined: none was shown, or Postfix could not verify it. */
  readonly certificate: VerifiedCertificate | undefined
  /** Envelope sender. */
  readonly sender: string
  /** The values of all header fields of a name. */
  valuesOf(field: string): readonly string[]
}

/** What a client is by its certificate. */
export type Admission =
  | { readonly kind: 'no-certificate' }
  | {
      readonly kind: 'admitted'
      readonly connector: Connector
      /** Name of the certificate, as the settings write it. */
      readonly certificate: string
    }
  | { readonly kind: 'unknown'; readonly row: ConnectorRow; readonly why: string }

/** Which check a client did not pass; stands in the record. */
export type ConnectorRow = 'connector.certificate' | 'connector.tenant' | 'connector.sender'

/** Connectors with their lists made ready, in order. */
export function compileConnectors(settings: readonly ConnectorSettings[]): readonly Connector[] {
  return Object.freeze(settings.map(connectorOf))
}

/**
 * Judges a client by the certificate that Postfix verified, and its message by what only the sending
 * service could have put into it.
 *
 * A certificate that many share says which service it is, never whose mail: the message has to carry
 * the tenant's field exactly once, with the value of a tenant of the connector, whatever stands
 * where else. The first connector that all of it fits counts. The null sender has no domain and
 * may come from any tenant of a connector.
 */
export function admissionOf(facts: ClientFacts, connectors: readonly Connector[]): Admission {
  const { certificate } = facts
  if (certificate === undefined) return NO_CERTIFICATE
  const named = connectors.filter(one => one.nameOf(certificate) !== undefined)
  if (named.length === 0) {
    return unknown('connector.certificate', `${inWords(certificate)} may not relay here`)
  }
  const ofTenant = named.filter(one => one.tenantProblem(facts) === undefined)
  if (ofTenant.length === 0) {
    return unknown('connector.tenant', named[0]?.tenantProblem(facts) ?? '')
  }
  const connector = ofTenant.find(one => one.maySend(facts.sender))
  const name = connector?.nameOf(certificate)
  if (connector === undefined || name === undefined) {
    return unknown(
      'connector.sender',
      'the sender is of a domain that this client may not send for',
    )
  }
  return Object.freeze({ kind: 'admitted', connector, certificate: name })
}

const NO_CERTIFICATE: Admission = Object.freeze({ kind: 'no-certificate' })

function unknown(row: ConnectorRow, why: string): Admission {
  return Object.freeze({ kind: 'unknown', row, why })
}

function connectorOf(settings: ConnectorSettings): Connector {
  const { name, certificates, issuers, tenant_header, tenants, sender_domains } = settings
  const names = new Map(certificates.map(one => [one.toLowerCase(), one]))
  const issuedBy = new Set(issuers.map(one => one.toLowerCase()))
  const known = new Set(tenants.map(one => one.toLowerCase()))
  const isOwnDomain = domainMatcher(sender_domains.length === 0 ? undefined : sender_domains)
  return Object.freeze({
    name,
    customer: settings.customer === '' ? undefined : settings.customer,
    nameOf: ({ subject, issuer }: VerifiedCertificate) =>
      issuedBy.size === 0 || issuedBy.has(issuer.toLowerCase())
        ? names.get(subject.toLowerCase())
        : undefined,
    tenantProblem: ({ valuesOf }: Pick<ClientFacts, 'valuesOf'>) =>
      known.size === 0 ? undefined : problemOf(valuesOf(tenant_header), known, tenant_header),
    maySend: (sender: string) =>
      sender === '' || isOwnDomain(sender.slice(sender.lastIndexOf('@') + 1)),
  })
}

/** Every copy counts: nobody knows which of two the service wrote. */
function problemOf(
  values: readonly string[],
  known: ReadonlySet<string>,
  field: string,
): string | undefined {
  const [value] = values
  if (value === undefined) return `the message does not say which tenant it is from (${field})`
  if (values.length > 1) return `the message says more than once which tenant it is from (${field})`
  if (!known.has(value.trim().toLowerCase())) {
    return `the tenant that the message is from (${field}) may not relay here`
  }
  return undefined
}

function inWords({ subject, issuer }: VerifiedCertificate): string {
  if (subject === '') return `a client certificate without a name (issued by "${issuer}")`
  return `the client certificate "${subject}" (issued by "${issuer}")`
}
