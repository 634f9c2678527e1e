import { RSASSAPSSParams, type AlgorithmIdentifier } from 'pkijs'

/** How a certificate, a revocation list or an OCSP response is signed. */
export interface CertificateSignature {
  readonly oid: string
  readonly scheme: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'dsa' | 'eddsa' | 'other'
  /** `sha256`; undefined where the scheme has none of its own, or nobody knows it. */
  readonly hash: string | undefined
}

/** Reads the algorithm of a signature; of RSASSA-PSS its parameters too (RFC 4055, 3.1). */
export function readSignature(algorithm: AlgorithmIdentifier): CertificateSignature {
  const oid = algorithm.algorithmId
  const known = SIGNATURES[oid]
  if (known !== undefined) return { oid, ...known }
  if (oid !== RSASSA_PSS) return { oid, scheme: 'other', hash: undefined }
  return { oid, scheme: 'rsa-pss', hash: pssHash(algorithm) }
}

const RSASSA_PSS = '1.2.840.113549.1.1.10'

/** Left out, the hash is SHA-1; a mask with another, weaker hash counts as that one. */
function pssHash(algorithm: AlgorithmIdentifier): string | undefined {
  if (algorithm.algorithmParams === undefined) return 'sha1'
  const parameters = new RSASSAPSSParams({ schema: algorithm.algorithmParams as unknown })
  const hash = HASHES[parameters.hashAlgorithm.algorithmId]
  const maskParameters = parameters.maskGenAlgorithm.algorithmParams as
    { valueBlock?: { value?: readonly { valueBlock?: { toString(): string } }[] } } | undefined
  const maskOid = maskParameters?.valueBlock?.value?.[0]?.valueBlock?.toString()
  const maskHash = maskOid === undefined ? 'sha1' : HASHES[maskOid]
  if (maskHash === undefined) return undefined
  return maskHash === 'sha1' ? 'sha1' : hash
}

const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
}

const SIGNATURES: Readonly<Record<string, Omit<CertificateSignature, 'oid'>>> = {
  '1.2.840.113549.1.1.2': { scheme: 'rsa-pkcs1', hash: 'md2' },
  '1.2.840.113549.1.1.4': { scheme: 'rsa-pkcs1', hash: 'md5' },
  '1.2.840.113549.1.1.5': { scheme: 'rsa-pkcs1', hash: 'sha1' },
  '1.3.14.3.2.29': { scheme: 'rsa-pkcs1', hash: 'sha1' },
  '1.2.840.113549.1.1.14': { scheme: 'rsa-pkcs1', hash: 'sha224' },
  '1.2.840.113549.1.1.11': { scheme: 'rsa-pkcs1', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { scheme: 'rsa-pkcs1', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { scheme: 'rsa-pkcs1', hash: 'sha512' },
  '1.2.840.10045.4.1': { scheme: 'ecdsa', hash: 'sha1' },
  '1.2.840.10045.4.3.1': { scheme: 'ecdsa', hash: 'sha224' },
  '1.2.840.10045.4.3.2': { scheme: 'ecdsa', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { scheme: 'ecdsa', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { scheme: 'ecdsa', hash: 'sha512' },
  '1.2.840.10040.4.3': { scheme: 'dsa', hash: 'sha1' },
  '2.16.840.1.101.3.4.3.1': { scheme: 'dsa', hash: 'sha224' },
  '2.16.840.1.101.3.4.3.2': { scheme: 'dsa', hash: 'sha256' },
  '1.3.101.112': { scheme: 'eddsa', hash: undefined },
  '1.3.101.113': { scheme: 'eddsa', hash: undefined },
}
