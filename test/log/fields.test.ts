import t from 'tap'
import { LOG_FIELDS } from '../../src/log/fields.js'

void t.test('the queue id is the first field and none stands twice', async t => {
  t.equal(LOG_FIELDS[0], 'queue_id')
  t.equal(new Set(LOG_FIELDS).size, LOG_FIELDS.length)
})

void t.test('no field is there for content', async t => {
  for (const name of ['subject', 'text', 'body', 'password']) {
    t.notOk((LOG_FIELDS as readonly string[]).includes(name), name)
  }
})
