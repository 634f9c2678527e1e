import t from 'tap'
import {
  CHILD_COLUMNS,
  CHILD_NAMES,
  MESSAGE_COLUMNS,
  toRows,
  transitFrom,
} from '../../src/store/rows.js'
import { sampleRecord, sampleTransit } from '../support/store-records.js'

void t.test('every row has a value for each of its columns', async t => {
  const { message, children } = toRows(sampleRecord())
  t.equal(message.length, MESSAGE_COLUMNS.length)
  for (const name of CHILD_NAMES) {
    t.ok(children[name].length > 0)
    for (const row of children[name]) t.equal(row.length, CHILD_COLUMNS[name].length, name)
  }
})

void t.test('what is absent is null, and what no database holds is replaced', async t => {
  const { message } = toRows(
    sampleRecord({ queueId: undefined, sender: 'a\0b', reply: '\udc00x\u{1f512}' }),
  )
  const value = (name: (typeof MESSAGE_COLUMNS)[number]) => message[MESSAGE_COLUMNS.indexOf(name)]
  t.equal(value('queue_id'), null)
  t.equal(value('sender'), 'a\ufffdb')
  t.equal(value('reply'), '\ufffdx\u{1f512}')
})

void t.test(
  'a message with one pass has neither a root nor facts; its own reference is no root',
  async t => {
    const value = (record: Parameters<typeof toRows>[0], name: (typeof MESSAGE_COLUMNS)[number]) =>
      toRows(record).message[MESSAGE_COLUMNS.indexOf(name)]
    const only = sampleRecord({ reference: 'r1' })
    t.equal(value(only, 'pass'), 'first')
    t.equal(value(only, 'root'), null)
    t.equal(value(only, 'transit'), null)
    const first = { ...only, transit: sampleTransit({ reference: 'r1', root: 'r1' }) }
    t.equal(value(first, 'root'), null)
    const later = { ...only, transit: sampleTransit({ reference: 'r1', root: 'r0' }) }
    t.equal(value(later, 'root'), 'r0')
    t.equal(value({ ...only, root: 'r0' }, 'root'), 'r0')
  },
)

void t.test(
  'facts come back from their JSON with what is absent, and no database minds their texts',
  async t => {
    const transit = sampleTransit({ sender: 'a\0\ud800b', tried: ['qtls'], parent: 'r0' })
    const json = toRows(sampleRecord({ transit })).message.at(-1)
    t.match(json, /^[\x20-\x7e]+$/)
    t.strictSame(transitFrom(String(json)), transit)
  },
)
