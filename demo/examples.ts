import type { RecipientDecision, RiskClass } from 'postseal/plugin'

/** A mail of `mails/` with its envelope, and what is to happen; the demo checks itself by it. */
export interface Example {
  /** File name without `.eml`; the Message-ID is `<name@praxis.example>`. */
  readonly name: string
  /** What there is to see in it. */
  readonly shows: string
  readonly class: RiskClass
  /** What the sender's program hears. */
  readonly answer: '250' | '451' | '550'
  readonly recipients: readonly ExpectedRecipient[]
  /** The subject as it arrives, decoded, where that is the point. */
  readonly subject?: string
}

export interface ExpectedRecipient {
  readonly address: string
  readonly action: RecipientDecision['action']
  /** How it arrives; undefined: not at all. */
  readonly arrives?: 'encrypted' | 'clear'
}

export const SENDER = 'empfang@praxis.example'

export const EXAMPLES: readonly Example[] = [
  {
    name: '01-rechnung',
    shows: 'An ordinary letter; the recipient’s server has TLS. Goes out.',
    class: 'normal',
    answer: '250',
    recipients: [
      { address: 'buchhaltung@handwerk.example', action: 'deliver', arrives: 'encrypted' },
    ],
  },
  {
    name: '02-opening-hours',
    shows: 'An ordinary letter; the recipient’s server has no TLS. Would be sealed.',
    class: 'normal',
    answer: '550',
    recipients: [{ address: 'office@verein.example', action: 'reject' }],
  },
  {
    name: '03-arztzeugnis',
    shows: 'A tag in the subject asks for confidentiality: transport alone is not enough.',
    class: 'confidential',
    answer: '550',
    recipients: [{ address: 'personal@labor.example', action: 'reject' }],
  },
  {
    name: '04-rendez-vous',
    shows: 'A personal letter; the recipient’s domain is qualified. Goes out.',
    class: 'high',
    answer: '250',
    recipients: [{ address: 'resultats@labor.example', action: 'deliver', arrives: 'encrypted' }],
  },
  {
    name: '05-busta-paga',
    shows: 'A label that Outlook put into the header; no TLS at the other end. Would be sealed.',
    class: 'high',
    answer: '550',
    recipients: [{ address: 'paghe@verein.example', action: 'reject' }],
  },
  {
    name: '06-smime',
    shows: 'Encrypted with S/MIME by the sender: protected even without TLS. Goes out.',
    class: 'confidential',
    answer: '250',
    recipients: [{ address: 'archiv@verein.example', action: 'deliver', arrives: 'clear' }],
  },
  {
    name: '07-openpgp',
    shows: 'Encrypted with OpenPGP. Goes out, and the tag is taken off the subject.',
    class: 'confidential',
    answer: '250',
    recipients: [{ address: 'befund@handwerk.example', action: 'deliver', arrives: 'encrypted' }],
    subject: 'Findings of last week',
  },
  {
    name: '08-nur-signiert',
    shows: 'Claims to be encrypted, but the bytes say that it is only signed. Would be sealed.',
    class: 'confidential',
    answer: '550',
    recipients: [{ address: 'gutachten@labor.example', action: 'reject' }],
  },
  {
    name: '09-drei-empfaenger',
    shows: 'Three recipients, three answers; until lanes split a message, the strictest holds.',
    class: 'high',
    answer: '550',
    recipients: [
      { address: 'kollegin@praxis.example', action: 'deliver' },
      { address: 'resultats@labor.example', action: 'deliver' },
      { address: 'paghe@verein.example', action: 'reject' },
    ],
  },
  {
    name: '10-forged-lock',
    shows: 'The sender’s program drew a lock of its own. Goes out without it.',
    class: 'normal',
    answer: '250',
    recipients: [{ address: 'offerte@handwerk.example', action: 'deliver', arrives: 'encrypted' }],
    subject: 'Offer for the waiting room',
  },
  {
    name: '11-kollegin',
    shows: 'To a colleague: confidential or not, it never leaves, and stays as it is.',
    class: 'confidential',
    answer: '250',
    recipients: [{ address: 'kollegin@praxis.example', action: 'deliver', arrives: 'clear' }],
    subject: '[vertraulich] Dienstplan',
  },
  {
    name: '12-neue-domain',
    shows: 'Nobody knows yet what this domain offers. Waits in the sender’s queue.',
    class: 'normal',
    answer: '451',
    recipients: [{ address: 'info@neu.example', action: 'wait' }],
  },
]
