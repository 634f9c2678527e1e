import t from 'tap'
import { places } from '../../src/seal/places.js'

void t.test('no two places are one', async t => {
  const all = [
    places.letterPassword('a'),
    places.letterTelephone('a'),
    places.givenPassword('a'),
    places.givenTelephone('a'),
    places.standingPassword('a', 'b'),
  ]
  t.equal(new Set(all).size, all.length)
})
