import t from 'tap'
import { PASS, answerCode, answerFor, temporaryFailure } from '../../src/gateway/reply.js'
import { ACTIONS, type Action, type RecipientDecision } from '../../src/policy/model.js'

const context = { queueId: '4XyZ', contact: 'help@example.org' }

function recipient(action: Action, address = 'bob@example.net'): RecipientDecision {
  const lane = action === 'deliver' ? 'tls' : null
  return { address, domain: 'example.net', level: 'none', action, lane, row: 'x.1', why: 'because' }
}

t.test('only delivery to every recipient passes', async t => {
  t.equal(answerFor([recipient('deliver'), recipient('deliver')], context), PASS)
  for (const action of ACTIONS) {
    const answer = answerFor([recipient('deliver'), recipient(action)], context)
    t.equal(answer.kind, action === 'deliver' ? 'pass' : 'refuse', action)
  }
})

t.test('a permanent no goes before a temporary one, and each is told why', async t => {
  const answer = answerFor(
    [
      recipient('deliver', 'a@example.net'),
      recipient('wait', 'b@example.net'),
      recipient('seal', 'c@example.net'),
    ],
    context,
  )
  t.strictSame(answer, {
    kind: 'refuse',
    code: 550,
    enhanced: '5.7.1',
    lines: [
      '<c@example.net>: because',
      'The message was not sent to any of its recipients',
      'Refused by mail protection (4XyZ), contact help@example.org',
    ],
  })
})

t.test('waiting is a temporary failure', async t => {
  for (const action of ['wait', 'hold'] as const) {
    t.equal(answerCode(answerFor([recipient(action)], context)), '451 4.7.1', action)
  }
})

t.test('many recipients are counted, and foreign characters cannot leave the line', async t => {
  const many = Array.from({ length: 7 }, (_, i) => recipient('reject', `ü\r\n${i}@example.net`))
  const answer = answerFor(many, { queueId: undefined, contact: '' })
  t.strictSame(answer, {
    kind: 'refuse',
    code: 550,
    enhanced: '5.7.1',
    lines: [
      ...[0, 1, 2, 3, 4].map(i => `<???${i}@example.net>: because`),
      'and 2 more',
      'Refused by mail protection',
    ],
  })
})

t.test('our own trouble is temporary and says nothing of the cause', async t => {
  t.strictSame(temporaryFailure('4XyZ'), {
    kind: 'refuse',
    code: 451,
    enhanced: '4.7.1',
    lines: ['Mail protection is not available, try again later (4XyZ)'],
  })
  t.equal(answerCode(PASS), '250')
})
