import t from 'tap'
import { MASK, maskForeign } from '../../src/classification/mask-foreign.js'

await t.test('what no person wrote as a number', t => {
  const long = 'aGVsbG8gd29ybGQ5756921707698512345678901234'
  const cases: [string, string, string][] = [
    ['leaves plain text alone', 'AHV 756.9217.0769.85, bis', 'AHV 756.9217.0769.85, bis'],
    [
      'takes out the address of a page',
      'see https://a.ch/7569217076985?x=1,2 now',
      `see ${MASK} now`,
    ],
    ['takes out a page without a scheme', 'www.a.ch/7569217076985', MASK],
    ['takes out other addresses', 'tel:41791234567 cid:7569217076985', `${MASK} ${MASK}`],
    ['takes out the address of a person', 'an 7569217076985@example.org', `an ${MASK}`],
    ['takes out a Message-ID', '<7569217076985.1@a>', `<${MASK}>`],
    ['takes out base64', `x ${long}== y`, `x ${MASK}== y`],
    ['keeps the other fields of a row', 'a@b.ch;756.9217.0769.85;x', `${MASK};756.9217.0769.85;x`],
    ['keeps the fields before a page', '756.9217.0769.85,http://a', `756.9217.0769.85,${MASK}`],
    ['keeps digits with slashes', '7569217076985/'.repeat(4), '7569217076985/'.repeat(4)],
    ['keeps an IBAN without spaces', 'GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
  ]
  for (const [name, text, want] of cases) t.equal(maskForeign(text), want, name)
  t.end()
})
