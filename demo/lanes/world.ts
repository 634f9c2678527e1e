/** One domain of the second part, its server, and what the store believes of it at the start. */
export interface LaneDomain {
  readonly domain: string
  readonly level: 'qualified' | 'none' | undefined
  readonly address: string
  /** Name in the certificate; undefined: no TLS. */
  readonly certificateFor: string | undefined
}

/** Whose mail it is. */
export const PRACTICE = 'praxis.example'

export const LANE_DOMAINS: readonly LaneDomain[] = [
  { domain: PRACTICE, level: undefined, address: '127.0.0.10', certificateFor: undefined },
  {
    domain: 'labor.example',
    level: 'qualified',
    address: '127.0.0.11',
    certificateFor: 'labor.example',
  },
  // Was good when somebody looked; its certificate names somebody else by now.
  {
    domain: 'klinik.example',
    level: 'qualified',
    address: '127.0.0.12',
    certificateFor: 'mail.anderswo.example',
  },
  { domain: 'verein.example', level: 'none', address: '127.0.0.13', certificateFor: undefined },
  {
    domain: 'neu.example',
    level: undefined,
    address: '127.0.0.14',
    certificateFor: 'neu.example',
  },
  {
    domain: 'kanzlei.example',
    level: 'qualified',
    address: '127.0.0.15',
    certificateFor: 'kanzlei.example',
  },
]

/** The settings of the second part, as an administrator would write them. */
export function laneSettings(directory: string): string {
  const text = JSON.stringify
  return `# Settings of the demo's second part; those that are not named have their defaults.
state_directory = ${text(`${directory}/state`)}
internal_domains = [${text(PRACTICE)}]
hostname = "gateway.${PRACTICE}"

[listen]
socket = ${text(`unix:${directory}/queue/postseal/milter.sock`)}
socket_mode = "0666"

[postfix]
config_directory = ${text(`${directory}/config`)}

[plugins]
seal = ["seal/html"]

[seal]
language = "de"
company = "Praxis am See"
# The mails of the demo come from a client that has not logged in.
trusted_networks = ["127.0.0.1"]

[reply]
contact = "datenschutz@${PRACTICE}"

[log]
format = "json"

# What goes to the law firm is looked at by somebody first.
[[rule]]
name = "look-first"
domain = ["kanzlei.example"]
action = "hold"
`
}
