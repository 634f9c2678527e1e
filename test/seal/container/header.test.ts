import t from 'tap'
import { readHeader, recipientToken, writeHeader } from '../../../src/seal/container/header.js'
import { sampleHeader } from '../../support/seal-samples.js'

const WRITTEN =
  '{"v":1,"kind":"letter","kdf":"PBKDF2-HMAC-SHA2-512","iter":210000,"enc":"AES-256-CTR",' +
  '"mac":"HMAC-SHA2-256","salt":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",' +
  '"iv":"8PHy8/T19vf4+fr7/P3+/w==","len":5,"ref":"7k2m9q4v1p3t8s6r0abc","rcpt":"AbCdEfGhIjKlMn_-"}'

t.test('a header has one spelling, and is read from it', async t => {
  t.equal(writeHeader(sampleHeader(5)), WRITTEN)
  t.same(readHeader(WRITTEN), sampleHeader(5))
})

t.test('what is not exactly a header of version 1 is refused', async t => {
  const cases: [string, string][] = [
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '[]'],
    ['another version', WRITTEN.replace('"v":1', '"v":2')],
    ['another kind', WRITTEN.replace('letter', 'note')],
    ['another derivation', WRITTEN.replace('SHA2-512', 'SHA1')],
    ['another cipher', WRITTEN.replace('AES-256-CTR', 'AES-128-CTR')],
    ['no code', WRITTEN.replace('HMAC-SHA2-256', 'none')],
    ['iterations below the floor', WRITTEN.replace('210000', '209999')],
    ['iterations above the ceiling', WRITTEN.replace('210000', '2000001')],
    ['iterations that are no integer', WRITTEN.replace('210000', '210000.5')],
    ['iterations written otherwise', WRITTEN.replace('210000', '2.1e5')],
    ['a salt that is too short', WRITTEN.replace('Hh8=', 'Hg==')],
    ['a salt with spare bits', WRITTEN.replace('Hh8=', 'Hh9=')],
    ['a counter that is too long', WRITTEN.replace('/w==', '/wAA')],
    ['an empty payload', WRITTEN.replace('"len":5', '"len":0')],
    ['a payload that nobody can hold', WRITTEN.replace('"len":5', '"len":536870913')],
    ['a reference with a path', WRITTEN.replace('7k2m', '../m')],
    ['a reference with markup', WRITTEN.replace('7k2m', '</sc')],
    ['a recipient of another length', WRITTEN.replace('_-"', '_"')],
    ['a member more', WRITTEN.replace('{', '{"x":1,')],
    ['a member twice', WRITTEN.replace('"v":1', '"v":1,"v":1')],
    ['a member less', WRITTEN.replace('"len":5,', '')],
    ['white space', ` ${WRITTEN}`],
    ['another order', WRITTEN.replace(/("v":1),("kind":"letter")/, '$2,$1')],
    ['too long', WRITTEN.replace('7k2m', 'x'.repeat(900))],
  ]
  for (const [name, text] of cases)
    t.throws(() => readHeader(text), { code: 'ERR_SEAL_MALFORMED', temporary: false }, name)
  for (let length = 0; length < WRITTEN.length; length += 1)
    t.throws(() => readHeader(WRITTEN.slice(0, length)), { code: 'ERR_SEAL_MALFORMED' })
})

t.test('a recipient is named by reference and address, case of the address aside', async t => {
  t.equal(recipientToken('ref', 'Bob@Example.net'), recipientToken('ref', 'bob@example.net'))
  t.equal(recipientToken('ref', 'bob@example.net'), 'doD3wWwnOwO1AaRV')
  t.not(recipientToken('fer', 'bob@example.net'), recipientToken('ref', 'bob@example.net'))
})
