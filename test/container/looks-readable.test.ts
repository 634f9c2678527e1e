import t from 'tap'
import { looksReadable } from '../../src/container/looks-readable.js'
import { noise } from '../support/container-bytes.js'

t.test('text and files that anybody can open', async t => {
  t.ok(looksReadable(Buffer.from('Befund und Diagnose')))
  t.ok(looksReadable(Buffer.concat([Buffer.from('PK\u0003\u0004'), noise(100)])))
  t.ok(looksReadable(Buffer.concat([Buffer.from('%PDF-1.7\n'), noise(100)])))
  t.notOk(looksReadable(noise(100)))
  t.notOk(looksReadable(Buffer.alloc(0)))
})
