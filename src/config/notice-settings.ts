import { choice, duration, text } from './kinds.js'
import type { Settings } from './setting.js'

/** What senders are told about mail that waits. */
export const NOTICES = {
  after: duration({
    default: '15m',
    min: '1m',
    doc: 'A sender is told when a message has waited this long.',
  }),
  from: text({
    default: '',
    example: 'postmaster@example.org',
    maxLength: 254,
    pattern: /^(?:[^\s@<>]+@[A-Za-z0-9.-]+)?$/,
    values: 'an address',
    doc: 'From field of notices; empty: postmaster at the name of this gateway.',
  }),
  language: choice({
    values: ['de', 'fr', 'it', 'en'],
    default: 'en',
    doc: 'Language of notices.',
  }),
  smtp: text({
    default: '127.0.0.1:25',
    maxLength: 300,
    pattern: /^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/,
    values: 'HOST:PORT',
    doc: 'The Postfix that notices are given to.',
  }),
} as const satisfies Settings
