import { ASK_WORDS } from './ask-settings.js'
import { choice, domains, duration, list, size, tables, text } from './kinds.js'
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

const words = (about: {
  readonly doc: string
  readonly example: readonly string[]
  readonly values: string
  readonly pattern: RegExp
}): Setting<readonly string[]> => {
  const { doc, example, values, pattern } = about
  return list({
    default: [],
    example,
    max: 10_000,
    of: text({ doc: '', maxLength: 320, values, pattern }),
    doc,
  })
}

const SEAL_TO = tables({
  default: [],
  doc: 'How letters to somebody are sealed; the first table that fits counts, and what it does not say is as [seal] and [plugins] say.',
  fields: {
    recipients: words({
      example: ['anna@example.net', '@.example.org'],
      values: 'an address such as "anna@example.net", "@example.org" or "@.example.org"',
      pattern: /^[^\s@]*@[^\s@]+$/,
      doc: 'Addresses; empty: any.',
    }),
    rules: words({
      example: ['partners'],
      values: 'the name of a [[rule]]',
      pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
      doc: 'Rules one of which must have said that the message is sealed; empty: any, or the table.',
    }),
    formats: words({
      example: ['pdf', 'html'],
      values: 'the name of a format',
      pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
      doc: 'Formats, the preferred one first; empty: those of [plugins] in their order.',
    }),
    max_size: size({
      default: '0B',
      max: '1G',
      doc: 'The largest letter that is taken there; "0B": as [seal] says.',
    }),
    language: choice({
      values: ['default', 'de', 'fr', 'it', 'en'],
      default: 'default',
      doc: 'Language of the mail around the letter.',
    }),
    telephone: text({
      default: '',
      example: '+41791234567',
      maxLength: 16,
      pattern: /^(?:\+[1-9]\d{6,14})?$/,
      values: 'a number such as "+41791234567"',
      doc: 'Number that gets the password by text message, where the sender gives neither one nor a password; empty: none.',
    }),
  },
})

const ASK_FOR = tables({
  default: [],
  doc: 'How some senders are asked, or about some classes; the first table that fits counts, and what it does not say is as [ask] and [notices] say.',
  fields: {
    sender_domains: domains({
      default: [],
      example: ['clinic.example'],
      doc: 'Domains of the envelope sender; a leading dot names everything below a domain. Empty: any.',
    }),
    classes: list({
      default: [],
      example: ['high'],
      max: 3,
      of: choice({ values: ['normal', 'high', 'confidential'], doc: '' }),
      doc: 'Classes of the message; empty: any.',
    }),
    choices: list({
      default: [],
      example: ['seal', 'cancel'],
      max: 3,
      of: choice({ values: ASK_WORDS.CHOICES, doc: '' }),
      doc: 'What may be answered.',
    }),
    silence: choice({
      values: ['default', ...ASK_WORDS.ENDS],
      default: 'default',
      doc: 'What is done when nobody has answered in time.',
    }),
    unanswerable: choice({
      values: ['default', ...ASK_WORDS.ENDS],
      default: 'default',
      doc: 'What is done when nobody can be asked.',
    }),
    limit: duration({
      default: '0s',
      max: '4d',
      doc: 'How long the message waits for the answer; "0s": as [ask] says.',
    }),
    language: choice({
      values: ['default', 'de', 'fr', 'it', 'en'],
      default: 'default',
      doc: 'Language of the question.',
    }),
  },
})

/** Tables that may stand several times in milter.conf. */
export const REPEATED = {
  customer: CUSTOMER,
  product: PRODUCT,
  connector: CONNECTOR,
  seal_to: SEAL_TO,
  ask_for: ASK_FOR,
} as const satisfies Settings
