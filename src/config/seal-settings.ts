import { boolean, choice, duration, integer, list, path, size, text } from './kinds.js'
import type { Settings } from './setting.js'

const HEADER_NAME = {
  maxLength: 100,
  pattern: /^[!-9;-~]+$/,
  values: 'the name of a header field',
} as const

const subject = (language: string, words: string) =>
  text({
    default: words,
    maxLength: 150,
    pattern: /^[^\p{Cc}]+$/u,
    values: 'at most 150 characters in one line',
    doc: `Subject of a letter in ${language}; it says nothing of what is inside.`,
  })

/** Sealed letters: how they look, what they may weigh, and how passwords are kept. */
export const SEAL = {
  key_file: path({
    default: 'seal.key',
    doc: 'Key that stored passwords are encrypted with, made by `postseal setup sealing`; a relative path counts from state_directory.',
  }),
  seed_file: path({
    default: 'random.seed',
    doc: 'What the generator of passwords leaves for its next start; a relative path counts from state_directory.',
  }),
  language: choice({
    values: ['de', 'fr', 'it', 'en'],
    default: 'en',
    doc: 'Language of the mail around a letter, unless [[seal_to]] says otherwise.',
  }),
  max_size: size({
    default: '20M',
    min: '64K',
    max: '1G',
    doc: 'The largest letter that servers of recipients take; what would become larger is not sealed but refused, before it is sealed.',
  }),
  trusted_networks: list({
    default: [],
    example: ['10.0.0.25'],
    max: 1000,
    of: text({
      doc: '',
      maxLength: 100,
      values: 'an address or a network',
      pattern: /^[0-9A-Fa-f.:/]+$/,
    }),
    doc: 'Clients whose senders count as authenticated although they have not logged in, such as the own mail server: passwords are told to them.',
  }),
  password_header: text({
    ...HEADER_NAME,
    default: 'X-Postseal-Password',
    doc: 'Field in which a sender may give the password of a letter; taken off every message.',
  }),
  telephone_header: text({
    ...HEADER_NAME,
    default: 'X-Postseal-Telephone',
    doc: 'Field in which a sender may give the number that gets the password by text message; taken off every message.',
  }),
  min_password_length: integer({
    default: 12,
    min: 8,
    max: 100,
    doc: 'Characters that a password of a sender or an officer must have.',
  }),
  min_password_bits: integer({
    default: 80,
    min: 0,
    max: 256,
    doc: 'Strength of a password that a sender gave or that stands, for formats whose passwords can be tried fast (pdf, zip): its length times the bits of its alphabet, what repeats itself half. Weaker ones are for html alone.',
  }),
  password_retention: duration({
    default: '30d',
    min: '7d',
    doc: 'How long the passwords of letters are kept, so that they can be told again and answers can be opened.',
  }),
  open_answers: boolean({
    default: true,
    doc: 'Open the answer to a letter when it arrives, and give the sender of the letter a normal mail. Off: it arrives as it is; `postseal open` opens it.',
  }),
  answers_left_sealed: list({
    default: [],
    example: ['board@example.org', '@.partner.example'],
    max: 10_000,
    of: text({
      doc: '',
      maxLength: 320,
      values: 'an address such as "anna@example.net", "@example.org" or "@.example.org"',
      pattern: /^[^\s@]*@\S+$/u,
    }),
    doc: 'Senders of letters, or recipients, whose answers arrive as they are all the same.',
  }),
  max_answer_size: size({
    default: '25M',
    min: '64K',
    max: '256M',
    doc: 'The largest mail that an answer becomes when it is opened, about 1.8 times as large as it came; what would be larger arrives as it is. No more than servers inside take.',
  }),
  company: text({
    default: '',
    example: 'Praxis Dr. Muster',
    maxLength: 100,
    pattern: /^[^\p{Cc}]*$/u,
    values: 'at most 100 characters in one line',
    doc: 'Name that stands in letters; empty: none.',
  }),
  contact: text({
    default: '',
    example: '+41 44 123 45 67',
    maxLength: 200,
    pattern: /^[^\p{Cc}]*$/u,
    values: 'at most 200 characters in one line',
    doc: 'Where a recipient asks when in doubt: a telephone number, shown as text; empty: none.',
  }),
  colour: text({
    default: '#1a4f8b',
    pattern: /^#[0-9a-f]{6}$/,
    values: 'a colour such as "#1a4f8b"',
    doc: 'Colour of letters.',
  }),
  logo: path({
    default: '',
    example: '/etc/postseal/logo.png',
    doc: 'Image (PNG, JPEG or SVG, at most 100 KiB) that stands in letters; empty: none.',
  }),
  subject_de: subject('German', 'Vertrauliche Nachricht'),
  subject_fr: subject('French', 'Message confidentiel'),
  subject_it: subject('Italian', 'Messaggio riservato'),
  subject_en: subject('English', 'Confidential message'),
} as const satisfies Settings
