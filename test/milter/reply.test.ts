import t from 'tap'
import { type Reply, checkReply, encodeReply, replies, replyCode } from '../../src/milter/reply.js'
import { packetsIn } from '../support/milter-peer.js'

const WIRE: readonly (readonly [string, Reply, string])[] = [
  ['continue', replies.continue, 'c'],
  ['accept', replies.accept, 'a'],
  ['discard', replies.discard, 'd'],
  ['tempfail', replies.tempfail, 't'],
  ['reject', replies.reject, 'r'],
  ['skip', replies.skip, 's'],
  ['one line', replyCode(550, '5.7.1', 'no'), 'y550 5.7.1 no|'],
  ['no text', replyCode(451, '4.3.0', ''), 'y451 4.3.0 |'],
  [
    'several lines',
    replyCode(451, '4.7.1', ['one', 'two', 'three']),
    'y451-4.7.1 one\r\n451-4.7.1 two\r\n451 4.7.1 three|',
  ],
  ['a percent sign, doubled', replyCode(550, '5.0.0', '100% %s'), 'y550 5.0.0 100%% %%s|'],
]
for (const [name, reply, want] of WIRE) {
  void t.test(`${name} goes out in Postfix' form`, async t => {
    t.same(packetsIn(encodeReply(reply)), [want])
  })
}

const REFUSED: readonly (readonly [string, number, string, string | string[]])[] = [
  ['a code below 400', 250, '2.0.0', 'ok'],
  ['a code above 599', 600, '5.0.0', 'x'],
  ['a broken code', 450.5, '4.0.0', 'x'],
  ['another class', 450, '5.0.0', 'x'],
  ['an enhanced code without detail', 550, '5.7', 'x'],
  ['an enhanced code with four digits', 550, '5.7.1000', 'x'],
  ['a line feed', 550, '5.7.1', 'a\nb'],
  ['a NUL', 550, '5.7.1', 'a\0b'],
  ['8-bit text', 550, '5.7.1', 'nö'],
  ['no line', 550, '5.7.1', []],
  ['33 lines', 550, '5.7.1', Array.from({ length: 33 }, () => 'x')],
  ['a line of 981', 550, '5.7.1', 'x'.repeat(981)],
]
for (const [name, code, enhanced, lines] of REFUSED) {
  void t.test(`${name} is refused before the wire`, async t => {
    t.throws(() => replyCode(code, enhanced, lines), { code: 'ERR_MILTER_REPLY' })
  })
}

void t.test('what a handler gives back is checked like network input', async t => {
  const allowed = new Set<Reply['kind']>(['continue', 'code'])
  t.equal(checkReply(replies.continue, allowed), replies.continue)
  t.same(checkReply({ kind: 'code', code: 450, enhanced: '4.0.0', lines: ['x'] }, allowed), {
    kind: 'code',
    code: 450,
    enhanced: '4.0.0',
    lines: ['x'],
  })
  for (const value of [undefined, null, 'continue', 5, {}, { kind: 'skip' }, { kind: 'nothing' }]) {
    t.equal(checkReply(value, allowed), undefined, JSON.stringify(value))
  }
  t.throws(() => checkReply({ kind: 'code', code: 250, enhanced: '2.0.0', lines: ['x'] }, allowed))
})
