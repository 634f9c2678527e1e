import t from 'tap'
import {
  chooseFormat,
  hasFormat,
  type ChoiceFacts,
  type FormatFacts,
} from '../../src/seal/choose.js'

const format = (name: string, opensWith: FormatFacts['opensWith'] = 'password'): FormatFacts => ({
  format: name,
  opensWith,
  sizeOf: ({ messageBytes, viewBytes }) => (messageBytes + viewBytes) * (name === 'pdf' ? 2 : 1),
})
const FORMATS = [format('html'), format('pdf'), format('smime', 'certificate')]

function choose(facts: Partial<ChoiceFacts<FormatFacts>>): string {
  const choice = chooseFormat({
    formats: FORMATS,
    wanted: undefined,
    refused: new Set(),
    size: { messageBytes: 90, viewBytes: 10 },
    maxSize: 1000,
    keys: new Set(),
    way: 'sender',
    ...facts,
  })
  return choice.kind === 'seal' ? `${choice.format.format} by ${choice.way}` : choice.why
}

const CASES: readonly (readonly [string, Partial<ChoiceFacts<FormatFacts>>, RegExp])[] = [
  ['the first format is taken', {}, /^html by sender$/],
  ['the way is the one that there is', { way: 'standing' }, /^html by standing$/],
  ['what is wanted goes first', { wanted: ['pdf', 'html'] }, /^pdf by sender$/],
  ['what was sent back is not tried again', { refused: new Set(['html']) }, /^pdf by/],
  ['what would be too large is not taken', { wanted: ['pdf', 'html'], maxSize: 150 }, /^html/],
  ['a key goes before a password', { keys: new Set(['certificate']) }, /^smime by key$/],
  ['a key needs no password', { keys: new Set(['certificate']), way: undefined }, /^smime by key$/],
  ['a key of another kind is none', { keys: new Set(['pgp-key']) }, /^html by sender$/],
  [
    'a key for a format that is not wanted is none',
    { keys: new Set(['certificate']), wanted: ['html'] },
    /^html by sender$/,
  ],
  ['a wanted format that is not there is passed over', { wanted: ['zip', 'pdf'] }, /^pdf/],
  ['without formats nothing can be done', { formats: [] }, /no format of a sealed letter is there/],
  ['nor when none of those wanted is there', { wanted: ['zip'] }, /no format/],
  ['nor with a format for keys alone', { wanted: ['smime'] }, /no key of the recipient is known/],
  ['nor when all were sent back', { refused: new Set(['html', 'pdf']) }, /took no format/],
  [
    'a format that the password is too weak for gives way',
    { wanted: ['pdf', 'html'], guessable: new Set(['pdf']) },
    /^html by sender$/,
  ],
  [
    'nor with a password that is too weak for all',
    { guessable: new Set(['html', 'pdf']) },
    /the password is too weak/,
  ],
  ['nor when all are too large', { maxSize: 99 }, /larger than the recipient takes/],
  ['without a way an officer can help', { way: undefined }, /nobody can be told the password/],
]

for (const [name, facts, want] of CASES) {
  void t.test(name, async t => {
    t.match(choose(facts), want)
  })
}

void t.test('a format is left when one with a password is wanted and was not sent back', t => {
  const formats = [
    { format: 'smime', opensWith: 'certificate' },
    { format: 'html', opensWith: 'password' },
    { format: 'pdf', opensWith: 'password' },
  ] as const
  const back = (...names: string[]) => names.map(format => ({ format }))
  const any = { formats: undefined }
  t.equal(hasFormat(formats, any, []), true)
  t.equal(hasFormat(formats, any, back('html')), true)
  t.equal(hasFormat(formats, any, back('html', 'pdf')), false)
  t.equal(hasFormat(formats, { formats: ['html', 'smime'] }, back('html')), false)
  t.end()
})
