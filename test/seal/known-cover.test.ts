import t from 'tap'
import { coverText } from '../../src/seal/cover.js'
import { isKnownCover, isLetterName, referenceIn } from '../../src/seal/known-cover.js'

const REFERENCE = '0123456789abcdefghij'
const KNOWN = { format: 'pdf', reference: REFERENCE, company: '', contact: '' } as const
const cover = (sender: string): string =>
  coverText({ ...KNOWN, language: 'fr', passwordWay: 'sms', sender })

t.test('a cover is known in every language, but for the sender', async t => {
  t.equal(isKnownCover(cover('anna@in.example'), KNOWN), true)
  t.equal(isKnownCover(cover('anna@in.example'), { ...KNOWN, languages: ['de'] }), false)
  t.equal(isKnownCover(cover('anna@in.example'), { ...KNOWN, format: 'zip' }), false)
  t.equal(isKnownCover(cover('anna@in.example'), { ...KNOWN, company: 'Praxis' }), false)
  t.equal(isKnownCover(cover('a word and anna@in.example'), KNOWN), false)
  t.equal(isKnownCover(`${cover('anna@in.example')} word`, KNOWN), false)
})

t.test('it is known whichever way the password comes', async t => {
  for (const passwordWay of ['sender', 'standing', 'agreed', 'office', 'sms'] as const) {
    const text = coverText({ ...KNOWN, language: 'it', passwordWay, sender: 'anna@in.example' })
    t.equal(isKnownCover(text, KNOWN), true, passwordWay)
  }
})

t.test('cut anywhere it is known no more', async t => {
  const whole = cover('anna@in.example').trimEnd()
  for (let length = 0; length < whole.length; length += 11)
    t.equal(isKnownCover(whole.slice(0, length), KNOWN), false, `${length} characters`)
})

t.test('the reference is that of the file', async t => {
  t.equal(referenceIn(cover('anna@in.example'), 'pdf'), REFERENCE)
  t.equal(referenceIn(cover('anna@in.example'), 'zip'), undefined)
  t.equal(isLetterName(`lettera-${REFERENCE}.eml`, REFERENCE, 'eml'), true)
  t.equal(isLetterName(`befund-${REFERENCE}.eml`, REFERENCE, 'eml'), false)
})
