import t from 'tap'
import { DAMAGE_KINDS, damageGrade, DamageList } from '../../src/message/damage.js'

await t.test('every kind has a grade and a sentence', t => {
  const kinds = Object.entries(DAMAGE_KINDS)
  for (const [id, { grade, why }] of kinds) {
    t.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    t.ok(why.length > 10, id)
    t.equal(damageGrade(id), grade)
  }
  t.ok(kinds.length > 30)
  t.end()
})

await t.test('an id that is not in the list is taken seriously', t => {
  t.equal(damageGrade('nobody-knows'), 'ambiguous')
  t.equal(damageGrade('constructor'), 'ambiguous')
  t.end()
})

await t.test('a kind is listed once a part', t => {
  const list = new DamageList()
  list.add('bad-base64', '1.1', 10)
  list.add('bad-base64', '1.1', 20)
  list.add('bad-base64', '1.2', 30)
  t.match(list.toArray(), [
    { id: 'bad-base64', part: '1.1', at: 10, why: /base64/ },
    { id: 'bad-base64', part: '1.2', at: 30 },
  ])
  t.equal(list.toArray().length, 2)
  t.ok(Object.isFrozen(list.toArray()))
  t.end()
})
