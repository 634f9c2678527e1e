import { choice, domains, list, tables, text } from './kinds.js'
import type { Setting, Settings } from './setting.js'

const CUSTOMER = tables({
  default: [],
  doc: 'Customers of this gateway, told apart by the domain of the envelope sender.',
  fields: {
    name: text({
      maxLength: 64,
      pattern: /^[a-z0-9][a-z0-9-]{0,63}$/,
      values: 'lower case letters, digits and hyphens',
      example: 'clinic',
      doc: 'Name in records and reports.',
    }),
    domains: domains({ example: ['clinic.example'], doc: 'Sender domains of this customer.' }),
  },
})

const PRODUCT = tables({
  default: [],
  doc: 'Products of others that a rule can hand a message over to (action = "hand-over", lane = "hand-over-NAME").',
  fields: {
    name: text({
      maxLength: 32,
      pattern: /^[a-z0-9][a-z0-9-]{0,31}$/,
      values: 'lower case letters, digits and hyphens',
      example: 'seppmail',
      doc: 'Its lane is hand-over-NAME.',
    }),
    next_hop: text({
      maxLength: 300,
      pattern: /^\[[A-Za-z0-9.:-]+\]:\d{1,5}$/,
      values: '[HOST]:PORT',
      example: '[seppmail.example.org]:25',
      doc: 'Where it takes mail.',
    }),
    tls: choice({
      values: ['none', 'encrypt', 'secure'],
      default: 'secure',
      doc: 'What the connection to it must have; "none" only inside a machine or a closed network.',
    }),
    trigger_header: text({
      default: '',
      example: 'X-SM-Encrypt: yes',
      maxLength: 500,
      pattern: /^(?:[!-9;-~]+: [\x20-\x7e]*)?$/,
      values: 'NAME: VALUE',
      doc: 'Field that tells it what to do; fields of that name by a client are removed.',
    }),
  },
})

/** Names as they stand in certificates and header fields. */
const names = (about: {
  readonly doc: string
  readonly default?: readonly string[]
  readonly example: readonly string[]
}): Setting<readonly string[]> =>
  list({
    ...about,
    max: 1000,
    of: text({
      doc: '',
      maxLength: 200,
      values: 'a name of printable ASCII characters',
      pattern: /^[\x20-\x7e]+$/,
    }),
  })

const CONNECTOR = tables({
  default: [],
  doc: 'Servers that may relay by their client certificate, such as Exchange Online. A client whose certificate Postfix has verified, and whom none of these tables fits, may send to nobody outside unless it has logged in.',
  fields: {
    name: text({
      maxLength: 64,
      pattern: /^[a-z0-9][a-z0-9-]{0,63}$/,
      values: 'lower case letters, digits and hyphens',
      example: 'exchange-online',
      doc: 'Name in messages about it. Of several tables that fit the first counts.',
    }),
    certificates: names({
      example: ['mail.protection.outlook.com'],
      doc: 'Common names, one of which the certificate must have.',
    }),
    issuers: names({
      default: [],
      example: ['DigiCert Cloud Services CA-1'],
      doc: 'Common names, one of which its issuer must have; empty: any issuer that Postfix trusts.',
    }),
    tenants: names({
      example: ['01234567-89ab-cdef-0123-456789abcdef'],
      doc: 'Tenants whose messages may pass; empty only where nobody else has this certificate.',
    }),
    tenant_header: text({
      default: 'X-MS-Exchange-CrossTenant-Id',
      example: 'X-MS-Exchange-CrossTenant-Id',
      maxLength: 100,
      pattern: /^[!-9;-~]+$/,
      values: 'the name of a header field',
      doc: 'Field by which the sending service names the tenant; a message must have exactly one.',
    }),
    sender_domains: domains({
      default: [],
      example: ['clinic.example'],
      doc: 'Domains of the envelope sender; empty: those of the customer, without a customer any. Reports, which have no sender, may pass.',
    }),
    customer: text({
      default: '',
      example: 'clinic',
      maxLength: 64,
      pattern: /^[a-z0-9-]*$/,
      values: 'the name of a [[customer]]',
      doc: 'Customer that its messages belong to; empty: told by the sender domain.',
    }),
  },
})

/** Tables that may stand several times in milter.conf. */
export const REPEATED = {
  customer: CUSTOMER,
  product: PRODUCT,
  connector: CONNECTOR,
} as const satisfies Settings
