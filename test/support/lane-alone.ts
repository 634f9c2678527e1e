/**
 * Cases in which the lane by itself would deliver although the domain is not qualified: what the
 * prober finds out and Postfix has no setting for. It is the map that keeps this mail back, since
 * such a domain has no entry.
 *
 * Shape   name of the case; `keys`: only where the entry holds keys, which are then all that Postfix
 *         compares; `names and keys`: in either form
 */
export const LANE_ALONE: Readonly<
  Record<string, { readonly by: 'keys' | 'names and keys'; readonly why: string }>
> = {
  'revoked-ocsp': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  'revoked-crl': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  'both-down': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  'no-source': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  'bad-ocsp': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  'huge-crl': { by: 'names and keys', why: 'Postfix asks nobody about revocation' },
  rsa1024: { by: 'names and keys', why: 'Postfix takes RSA from 1024 bits on' },
  unsigned: {
    by: 'names and keys',
    why: 'where names or keys are given, Postfix does not ask whether the MX records were signed',
  },
  'sts-mismatch': { by: 'names and keys', why: 'Postfix reads no MTA-STS policies' },
  'sts-down': { by: 'names and keys', why: 'Postfix reads no MTA-STS policies' },
  inconsistent: {
    by: 'names and keys',
    why: 'Postfix goes from the address that fails to the one that is in order',
  },
  injection: { by: 'names and keys', why: 'Postfix does not try what a server does with it' },
  expired: { by: 'keys', why: 'nothing but the key is compared' },
  wronghost: { by: 'keys', why: 'nothing but the key is compared' },
  selfsigned: { by: 'keys', why: 'nothing but the key is compared' },
  sha1: { by: 'keys', why: 'nothing but the key is compared' },
  'mx-cname-end': { by: 'keys', why: 'nothing but the key is compared' },
  'mx-ip': { by: 'keys', why: 'nothing but the key is compared' },
  'dane-ta-name': { by: 'keys', why: 'nothing but the key is compared' },
  'dane-mismatch': { by: 'keys', why: 'nothing but the key is compared' },
  incomplete: { by: 'keys', why: 'nothing but the key is compared' },
}
