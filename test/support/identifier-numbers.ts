import fc from 'fast-check'
import type { KindId } from '../../src/classification/identifiers/kinds.js'

/** Numbers that were made up or published as examples; none is that of a person. */
export const EXAMPLES: Readonly<Record<KindId, readonly [string, ...string[]]>> = {
  ahv: ['756.9217.0769.85', '756.1234.5678.97'],
  iban: [
    'CH93 0076 2011 6238 5295 7',
    'DE89 3704 0044 0532 0130 00',
    'AT61 1904 3002 3457 3201',
    'LI21 0881 0000 2324 013A A',
    'FR14 2004 1010 0505 0001 3M02 606',
    'IT60 X054 2811 1010 0000 0123 456',
    'GB29 NWBK 6016 1331 9268 19',
  ],
  'steuer-id': ['86095742719', '47036892816', '65929970489'],
  rvnr: ['15070649C103', '65170839J003'],
  kvnr: ['A000500015', 'T123456780'],
  lanr: ['123456601', '654321101'],
  'svnr-at': ['1237 010180'],
  'payment-card': ['4111 1111 1111 1111', '3782 822463 10005', '5105-1051-0510-5100'],
  'id-document': ['L01X00T471', 'L01X00T47'],
  'ch-uid': ['CHE-116.281.710', 'CHE-100.155.212'],
}

/** A word by which each kind is known, as a text would have it. */
export const WORD: Readonly<Record<KindId, string>> = {
  ahv: 'AHV-Nr.',
  iban: 'IBAN',
  'steuer-id': 'Steuer-ID',
  rvnr: 'Rentenversicherungsnummer',
  kvnr: 'Versichertennummer',
  lanr: 'LANR',
  'svnr-at': 'SVNR',
  'payment-card': 'Kreditkarte',
  'id-document': 'Personalausweis',
  'ch-uid': 'UID',
}

/** A made-up AHV number for each of a list of persons. */
export function ahvNumber(serial: number): string {
  const front = `756${String(serial).padStart(9, '0')}`
  const digits = Array.from(front, Number)
  const sum = digits.reduce((sum, digit, at) => sum + digit * (at % 2 === 0 ? 1 : 3), 0)
  return `${front}${(10 - (sum % 10)) % 10}`
}

/** A made-up German IBAN. */
export function germanIban(serial: number | bigint): string {
  const account = String(serial).padStart(18, '0')
  const rest = BigInt(`${account}131400`) % 97n
  return `DE${String(98n - rest).padStart(2, '0')}${account}`
}

/** Text that holds pieces of what the finder looks for, in any disorder. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('756', '9217', 'CH93', 'DE89 3704', 'CHE-', 'L01X00T47', '4111', '15070649C'),
      fc.constantFrom(
        '.',
        '-',
        '/',
        ' ',
        '\n',
        '\n> ',
        '\u00a0',
        '\u200b',
        '\u00ad',
        '\u2009',
        ':',
      ),
      fc.constantFrom(
        'AHV',
        'Visa ',
        'Kreditkarte',
        'Tel. ',
        'https://',
        '@',
        '<b>',
        '</td>',
        '&#55;',
      ),
      fc.constantFrom(
        '<!--',
        '-->',
        '<style>',
        '<a title="',
        '&nbsp',
        '&#',
        '<',
        '\ud800',
        'ß',
        'é',
      ),
      fc.integer({ min: 0, max: 10 ** 12 }).map(String),
      fc.string({ maxLength: 8, unit: 'binary' }),
    ),
    { maxLength: 60 },
  )
  .map(pieces => pieces.join(''))
