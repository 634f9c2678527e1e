import fc from 'fast-check'
import t from 'tap'
import { parseMail } from '../../src/message/parse-mail.js'
import { givenWith, weakness, withoutGivenTags, type Given } from '../../src/seal/given.js'

const NAMES = { passwordHeader: 'X-Pw', telephoneHeader: 'X-Tel', minLength: 12 }

function given(header: string): Given | undefined {
  return givenWith(parseMail(Buffer.from(`${header}\r\n\r\nbody\r\n`)), NAMES)
}

const PASSWORD = 'correct horse battery'

const GIVEN: readonly (readonly [string, string, object])[] = [
  ['a field', `X-Pw: ${PASSWORD}`, { password: PASSWORD, telephone: undefined }],
  [
    'an encoded field',
    'X-Pw: =?utf-8?q?k=C3=A4sekuchen-rezept?=',
    { password: 'käsekuchen-rezept' },
  ],
  ['a tag in front', `Subject: [pw: ${PASSWORD}] Hello`, { password: PASSWORD }],
  ['a tag at the end, in capitals', `Subject: Hello [PW:${PASSWORD}]`, { password: PASSWORD }],
  ['a number', 'Subject: [sms:+41 79 123 45 67] Hello', { telephone: '+41791234567' }],
  ['both', `X-Tel: +49 (170) 1234567\r\nX-Pw: ${PASSWORD}`, { telephone: '+491701234567' }],
  ['the same twice', `X-Pw: ${PASSWORD}\r\nSubject: [pw:${PASSWORD}]`, { password: PASSWORD }],
]

for (const [name, header, want] of GIVEN) {
  void t.test(`${name} is read`, async t => {
    const found = given(header)
    t.match(found, { ...want, problem: undefined })
  })
}

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['a short password', 'X-Pw: short', /fewer than 12/],
  ['an empty one', 'X-Pw: ', /fewer than 12/],
  ['a long one', `X-Pw: ${'abcdef'.repeat(30)}`, /more than 128/],
  ['one that repeats itself', 'X-Pw: aaaaaaaaaaaaaaaa', /repeats/],
  ['two passwords', `X-Pw: ${PASSWORD}\r\nX-Pw: another ${PASSWORD}`, /more than one password/],
  ['two numbers', 'X-Tel: +41791234567\r\nX-Tel: +41791234568', /more than one telephone/],
  ['a number without country', 'X-Tel: 079 123 45 67', /country code/],
  ['a number with words', 'Subject: [sms: +41 79 ask Bob]', /country code/],
]

for (const [name, header, want] of WRONG) {
  void t.test(`${name} is a problem, and comes off all the same`, async t => {
    const found = given(header)
    t.match(found?.problem, want)
    t.ok((found?.edits.length ?? 0) > 0)
  })
}

void t.test('what is none is left alone', async t => {
  for (const subject of ['Hello', '[pw] Hello', 'a [pw: in the middle] b', '[pw: open', 'pw: x'])
    t.equal(given(`Subject: ${subject}`), undefined, subject)
})

void t.test('tags come off a subject, and nothing else does', async t => {
  t.match(given('Subject: [pw: one two three four] [sms:+41791234567] Käse [hoch]')?.edits, [
    { kind: 'set-header', name: 'Subject', occurrence: 1, value: '=?utf-8?q?K=C3=A4se_[hoch]?=' },
  ])
  t.match(given('Subject: [pw: one two three four]')?.edits, [{ kind: 'remove-header' }])
  t.match(given(`Subject: x\r\nSubject: y [pw:${PASSWORD}]`)?.edits, [
    { kind: 'set-header', occurrence: 2, value: 'y' },
  ])
  t.equal(withoutGivenTags('x [pw: secret secret]'), 'x')
  t.equal(withoutGivenTags('=?utf-8?q?x_[pw:_secret]?='), 'x')
  t.equal(withoutGivenTags('x'), undefined)
})

void t.test('any subject ends up without a tag at its edges, in little time', async t => {
  const piece = fc.constantFrom('[pw: secret]', '[sms:+41]', ' ', 'word', '[', ']', 'pw:', 'é')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const rest = withoutGivenTags(pieces.join(''))
      return rest === undefined || withoutGivenTags(rest) === undefined
    }),
    { numRuns: 300 },
  )
  const long = `[pw:${' '.repeat(1900)}`
  t.equal(withoutGivenTags(long), undefined)
})

void t.test('a password may be anything that people can type', async t => {
  t.equal(weakness('Über 12 Zeichen', 12), undefined)
  t.match(weakness('with\ttab and more', 12), /type/)
})
