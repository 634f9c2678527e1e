import t from 'tap'
import { runOperation } from '../../src/store/operations.js'
import { recipientKeysOf } from '../../src/store/recipient-key-store.js'
import { sampleKey } from '../support/store-key-cases.js'
import { memoryDatabase } from '../support/store-memory.js'

void t.test('a list ends, whatever the number of its keys is', async t => {
  const { db } = await memoryDatabase(t)
  const keys = recipientKeysOf(
    { run: (name, input) => runOperation(db, name, input) },
    () => 1000,
    2,
  )
  for (let count = 0; count <= 5; count += 1) {
    let seen = 0
    for await (const { owner } of keys.list({ customer: 'clinic' })) {
      t.equal(owner, `u${seen}@example.org`)
      seen += 1
    }
    t.equal(seen, count)
    await keys.add([sampleKey({ owner: `u${count}@example.org` })])
  }
})
