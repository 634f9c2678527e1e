import t from 'tap'
import { type Modification, encodeModification } from '../../src/milter/modification.js'
import { packetsIn } from '../support/milter-peer.js'

const WIRE: readonly (readonly [Modification, string])[] = [
  [{ kind: 'add-header', name: 'X', value: ' v' }, 'hX| v|'],
  [{ kind: 'insert-header', index: 1, name: 'X', value: ' v' }, 'i|||\x01X| v|'],
  [{ kind: 'change-header', index: 258, name: 'X', value: '' }, 'm||\x01\x02X||'],
  [{ kind: 'replace-body', chunk: Buffer.from('a\r\n') }, 'ba\r\n'],
  [{ kind: 'replace-body', chunk: Buffer.alloc(0) }, 'b'],
  [{ kind: 'change-sender', address: '<>', parameters: '' }, 'e<>|'],
  [{ kind: 'change-sender', address: '<a@b>', parameters: 'RET=HDRS' }, 'e<a@b>|RET=HDRS|'],
  [{ kind: 'add-recipient', address: '<a@b>', parameters: '' }, '+<a@b>|'],
  [{ kind: 'add-recipient', address: '<a@b>', parameters: 'NOTIFY=NEVER' }, '2<a@b>|NOTIFY=NEVER|'],
  [{ kind: 'remove-recipient', address: '<a@b>' }, '-<a@b>|'],
  [{ kind: 'quarantine', reason: 'why' }, 'qwhy|'],
]
for (const [change, want] of WIRE) {
  void t.test(`${want[0]} (${change.kind}) is written byte for byte`, async t => {
    t.same(packetsIn(encodeModification(change)), [want])
  })
}
