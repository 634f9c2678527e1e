import t from 'tap'
import { parsePlace, placeText } from '../../src/evidence/file-place.js'

const PLACE = {
  device: '64769',
  inode: '1234567',
  offset: 900,
  head: 'ab'.repeat(32),
  headBytes: 512,
  notedAt: 1_795_500_000_000,
}

void t.test('a place is read back', async t => {
  t.same(parsePlace(placeText(PLACE)), PLACE)
})

void t.test('what is no place is none', async t => {
  const changes = [
    { device: 'sda' },
    { inode: 7 },
    { offset: -1 },
    { offset: 1.5 },
    { head: 'zz' },
    { headBytes: 513 },
    { notedAt: undefined },
  ]
  for (const change of changes)
    t.equal(parsePlace(JSON.stringify({ ...PLACE, ...change })), undefined, JSON.stringify(change))
  for (const text of ['', 's=739a;i=15c', 'null', '[]', placeText(PLACE).slice(0, -1)])
    t.equal(parsePlace(text), undefined, text)
})
