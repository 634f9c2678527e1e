import t from 'tap'
import { passwordBits } from '../../src/seal/password-bits.js'

t.test('length, alphabet and repetition count', async t => {
  const cases: readonly (readonly [string, number])[] = [
    ['', 0],
    ['a', 4],
    ['abcdefgh', 37],
    ['aaaaaaaa', 21],
    ['Sommer2026!', 65],
    ['Sommer-in-Bern', 73],
    ['Kranich-7301-Weide', 108],
    ['ABCD-EFGH-JKMN-PQRS', 105],
    ['Größe', 36],
  ]
  for (const [password, bits] of cases) t.equal(passwordBits(password), bits, password)
})

t.test('one that the gateway makes is always above the floor of the settings', async t => {
  t.ok(passwordBits('AAAA-AAAA-AAAB-2222') < 80, 'but for one that never comes')
  t.ok(passwordBits('K7QX-2MPA-9TRW-HC4E') >= 80)
})

t.test('composed and decomposed letters are the same', async t => {
  t.equal(passwordBits('Gr\u00F6\u00DFe'), passwordBits('Gro\u0308\u00DFe'))
})
