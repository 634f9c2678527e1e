import t from 'tap'
import { unseenDecision } from '../../src/gateway/unseen.js'

await t.test('nobody has looked, so nothing counts as protected, and no lane is named', t => {
  const recipient = {
    address: 'eva@in.example',
    domain: 'in.example',
    level: 'internal',
    action: 'reject',
    row: 'client',
    why: 'unknown',
  } as const
  const decision = unseenDecision([recipient], 'refused, not looked at')
  t.same(decision, {
    class: 'normal',
    labels: [],
    content: {
      verdict: 'unknown',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
      why: 'refused, not looked at',
    },
    recipients: [{ ...recipient, lane: null }],
  })
  t.ok(Object.isFrozen(decision) && Object.isFrozen(decision.recipients[0]))
  t.end()
})
