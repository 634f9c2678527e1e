import t from 'tap'
import { chooseMapType, tableType } from '../../src/postfix/map-type.js'

await t.test('auto takes the best that there is, and a wish is kept or refused', async t => {
  const all = new Set(['hash', 'lmdb', 'cdb', 'texthash', 'regexp'])
  t.equal(chooseMapType('auto', all), 'cdb')
  t.equal(chooseMapType('auto', new Set(['hash', 'lmdb'])), 'lmdb')
  t.equal(chooseMapType('auto', new Set(['hash'])), 'hash')
  t.equal(chooseMapType('texthash', all), 'texthash')
  t.throws(() => chooseMapType('auto', new Set(['texthash'])), {
    code: 'ERR_POSTFIX_MAP_TYPE',
    message: 'this Postfix has no map of type cdb, lmdb, hash',
  })
  t.throws(() => chooseMapType('cdb', new Set(['hash'])), { message: /of type cdb$/ })
})

await t.test('header tables are pcre where it can be had', async t => {
  t.equal(tableType(new Set(['pcre', 'regexp'])), 'pcre')
  t.equal(tableType(new Set(['regexp'])), 'regexp')
})
