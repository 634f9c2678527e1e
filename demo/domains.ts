/** One domain of the demo, its mail server, and what the store is told about it. */
export interface DemoDomain {
  readonly domain: string
  /** Undefined: the store knows nothing, the level is `undetermined`. */
  readonly level: 'qualified' | 'mandatory' | 'none' | 'internal' | undefined
  readonly host: string
  readonly address: string
  /** Name in the certificate of the server; undefined: it offers no TLS. */
  readonly certificateFor: string | undefined
  readonly about: string
}

/** Whose mail it is: the domain inside. */
export const INTERNAL_DOMAIN = 'praxis.example'

/** Names of RFC 2606; every server listens on a loopback address of its own. */
export const DOMAINS: readonly DemoDomain[] = [
  {
    domain: INTERNAL_DOMAIN,
    level: 'internal',
    host: 'mx.praxis.example',
    address: '127.0.0.10',
    certificateFor: undefined,
    about: 'the practice itself, inside',
  },
  {
    domain: 'labor.example',
    level: 'qualified',
    host: 'mx.labor.example',
    address: '127.0.0.11',
    certificateFor: 'mx.labor.example',
    about: 'good TLS',
  },
  {
    domain: 'handwerk.example',
    level: 'mandatory',
    host: 'mx.handwerk.example',
    address: '127.0.0.12',
    certificateFor: 'mail.anderswo.example',
    about: 'TLS, with a certificate for another name',
  },
  {
    domain: 'verein.example',
    level: 'none',
    host: 'mx.verein.example',
    address: '127.0.0.13',
    certificateFor: undefined,
    about: 'no TLS',
  },
  {
    domain: 'neu.example',
    level: undefined,
    host: 'mx.neu.example',
    address: '127.0.0.14',
    certificateFor: 'mx.neu.example',
    about: 'never tested',
  },
]
