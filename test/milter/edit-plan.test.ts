import t from 'tap'
import { EditPlan } from '../../src/milter/edit-plan.js'
import type { EditRecorder } from '../../src/milter/edits.js'
import { readRecipient } from '../../src/milter/envelope.js'
import { encodeModification } from '../../src/milter/modification.js'
import { PROTOCOL } from '../../src/milter/negotiate.js'
import { packetsIn } from '../support/milter-peer.js'

const HEADERS = [
  { name: 'Subject', value: ' s' },
  { name: 'X-A', value: ' 1' },
]
const RECIPIENTS = [
  readRecipient(['<B@sink.test>'], false),
  readRecipient(['<B@sink.test>', 'NOTIFY=NEVER'], false),
  readRecipient([Buffer.from('<zoë@sink.test>').toString('latin1')], false),
]

function plan(
  options: { protocol?: number; actions?: number; hasHeaders?: boolean } = {},
): EditPlan {
  return new EditPlan({
    negotiated: {
      version: 6,
      actions: options.actions ?? 0x1ff,
      protocol: options.protocol ?? PROTOCOL.HDR_LEADSPC,
      macros: undefined,
    },
    hasHeaders: options.hasHeaders ?? true,
    headers: () => HEADERS,
    recipients: () => RECIPIENTS,
  })
}

const wire = (edits: EditPlan): string[] =>
  packetsIn(Buffer.concat(edits.modifications().map(encodeModification)))

function everything(edits: EditRecorder): void {
  edits.quarantine('look at it')
  edits.addHeader('X-New', 'v')
  edits.insertHeader('top', 'X-Top', 'v')
  edits.insertHeader(1, 'X-Mid', '\tv')
  edits.changeHeader('subject', 1, 'new')
  edits.removeHeader('X-A')
  edits.addRecipient('c@sink.test')
  edits.addRecipient('d@sink.test', { notify: 'never', orcpt: 'o@sink.test' })
  edits.removeRecipient('B@sink.test')
  edits.changeSender('', { ret: 'hdrs' })
}

void t.test('all edits go out, header first, one packet each', async t => {
  const edits = plan()
  everything(edits)
  t.same(wire(edits), [
    'i|||\x02X-Mid|\tv|',
    'm|||\x01X-A||',
    'm|||\x01Subject| new|',
    'i||||X-Top| v|',
    'hX-New| v|',
    'qlook at it|',
    '+<c@sink.test>|',
    '2<d@sink.test>|NOTIFY=NEVER ORCPT=rfc822;o@sink.test|',
    '-<B@sink.test>|',
    'e<>|RET=HDRS|',
  ])
})

void t.test('without HDR_LEADSPC the space that the MTA puts is left out', async t => {
  const edits = plan({ protocol: 0 })
  edits.addHeader('A', 'v')
  edits.addHeader('B', '  two')
  edits.addHeader('C', '\ttab')
  edits.addHeader('D', '')
  edits.changeHeader('X-A', 1, '')
  t.same(wire(edits), ['m|||\x01X-A| |', 'hA|v|', 'hB| two|', 'hC|\ttab|', 'hD||'])
})

void t.test('an empty new value never becomes a deletion', async t => {
  const edits = plan()
  edits.changeHeader('X-A', 1, '')
  t.same(wire(edits), ['m|||\x01X-A| |'])
})

void t.test('a recipient is removed by the bytes it was given with', async t => {
  for (const address of ['zoë@sink.test', '<zoë@sink.test>']) {
    const edits = plan()
    edits.removeRecipient(address)
    t.same(wire(edits), [Buffer.from('-<zoë@sink.test>|').toString('latin1')])
  }
  t.throws(() => plan().removeRecipient('b@sink.test'), { code: 'ERR_MILTER_ADDRESS' })
})

const ACTIONS_OF: readonly (readonly [string, number, (edits: EditRecorder) => void])[] = [
  ['addHeader', 0x001, edits => edits.addHeader('X', 'v')],
  ['insertHeader', 0x001, edits => edits.insertHeader(0, 'X', 'v')],
  ['replaceBody', 0x002, edits => edits.replaceBody(Buffer.from('x'))],
  ['addRecipient', 0x004, edits => edits.addRecipient('a@b')],
  ['removeRecipient', 0x008, edits => edits.removeRecipient('B@sink.test')],
  ['changeHeader', 0x010, edits => edits.changeHeader('X', 1, 'v')],
  ['removeHeader', 0x010, edits => edits.removeHeader('X')],
  ['quarantine', 0x020, edits => edits.quarantine('why')],
  ['changeSender', 0x040, edits => edits.changeSender('a@b')],
  ['addRecipient with parameters', 0x084, edits => edits.addRecipient('a@b', { notify: 'never' })],
]
for (const [name, bits, edit] of ACTIONS_OF) {
  void t.test(`${name} is refused when it was not negotiated, and after the answer`, async t => {
    edit(plan({ actions: bits }))
    t.throws(() => edit(plan({ actions: 0x1ff & ~bits })), { code: 'ERR_MILTER_NOT_NEGOTIATED' })
    const closed = plan()
    closed.close()
    t.throws(() => edit(closed), { code: 'ERR_MILTER_LATE' })
  })
}

void t.test('parameters need an action of their own', async t => {
  t.throws(() => plan({ actions: 0x004 }).addRecipient('a@b', { notify: 'never' }), {
    code: 'ERR_MILTER_NOT_NEGOTIATED',
  })
})

void t.test('without the header only what needs none of it can be recorded', async t => {
  const edits = plan({ hasHeaders: false })
  edits.addHeader('X', 'v')
  edits.insertHeader('top', 'X', 'v')
  edits.insertHeader(0, 'X', 'v')
  const refused: readonly ((edits: EditRecorder) => void)[] = [
    edits => edits.insertHeader(1, 'X', 'v'),
    edits => edits.changeHeader('X', 1, 'v'),
    edits => edits.removeHeader('X', 1),
  ]
  for (const edit of refused) {
    t.throws(() => edit(edits), { code: 'ERR_MILTER_NOT_NEGOTIATED' })
  }
  t.equal(refused.length, 3)
})

void t.test('a quarantine reason is one line of ASCII', async t => {
  for (const reason of ['', 'a\nb', 'a\0', 'ö']) {
    t.throws(() => plan().quarantine(reason), { code: 'ERR_MILTER_REPLY' }, JSON.stringify(reason))
  }
})
