import { choice, duration, list, text } from './kinds.js'
import type { Settings } from './setting.js'

const CHOICES = ['seal', 'send', 'cancel'] as const
const ENDS = ['reject', 'seal', 'hold'] as const

/** Questions to senders, for the action `ask` of rules and table. */
export const ASK = {
  address: text({
    default: '',
    example: 'ask@example.org',
    maxLength: 254,
    pattern: /^(?:[^\s@<>]+@[A-Za-z0-9.-]+)?$/,
    values: 'an address',
    doc: 'Internal address to which senders answer by mail; nothing is delivered there. Empty: no answers by mail.',
  }),
  listen: text({
    default: '',
    example: '127.0.0.1:10032',
    maxLength: 300,
    pattern: /^(?:(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]):\d{1,5})?$/,
    values: 'a loopback address and a port such as "127.0.0.1:10032"',
    doc: 'Where answers by link are taken, behind a reverse proxy with TLS; empty: no links.',
  }),
  base_url: text({
    default: '',
    example: 'https://ask.example.org',
    maxLength: 300,
    pattern: /^(?:https?:\/\/[A-Za-z0-9.\-[\]:]+(?:\/[A-Za-z0-9._~/-]*)?)?$/,
    values: 'an address such as "https://ask.example.org"',
    doc: 'How senders reach what listens there; http:// for this machine alone.',
  }),
  choices: list({
    default: ['seal', 'send', 'cancel'],
    max: 3,
    of: choice({ values: CHOICES, doc: '' }),
    doc: 'What a sender may answer: "seal" it; "send" it, since it is of class normal; "cancel". What cannot be done for a message is not offered.',
  }),
  officer_for: list({
    default: ['confidential'],
    max: 2,
    of: choice({ values: ['high', 'confidential'], doc: '' }),
    doc: 'Classes that only an officer lowers: "send" is then not offered to the sender. "confidential" is always among them.',
  }),
  limit: duration({
    default: '12h',
    min: '1m',
    max: '4d',
    doc: 'How long a message waits for the answer. Keep it below maximal_queue_lifetime of Postfix.',
  }),
  silence: choice({
    values: ENDS,
    default: 'reject',
    doc: 'What is done when nobody has answered by then.',
  }),
  unanswerable: choice({
    values: ENDS,
    default: 'reject',
    doc: 'What is done when nobody can be asked: a sender outside or unknown to Postfix, an automatic message, or no way to answer.',
  }),
} as const satisfies Settings

/** Those of `[ask]` that `[[ask_for]]` may say otherwise. */
export const ASK_WORDS = { CHOICES, ENDS }
