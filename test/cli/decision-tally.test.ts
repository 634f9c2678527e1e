import t from 'tap'
import { DecisionTally } from '../../src/cli/decision-tally.js'
import type { Action, Decision, RiskClass } from '../../src/policy/model.js'

function decision(riskClass: RiskClass, ...actions: Action[]): Decision {
  return {
    class: riskClass,
    labels: [],
    content: {
      verdict: 'not-encrypted',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
      why: '',
    },
    recipients: actions.map(action => ({
      address: 'a@example.net',
      domain: 'example.net',
      level: 'none',
      action,
      lane: null,
      row: 'x',
      why: '',
    })),
  }
}

t.test('messages are counted by class, recipients by action, failures apart', async t => {
  const tally = new DecisionTally()
  t.strictSame(tally.summary(), ['Messages: none', 'Recipients: none'])
  tally.add(decision('high', 'deliver', 'reject'))
  tally.add(decision('normal', 'deliver'))
  tally.add({ error: 'no such file' })
  t.equal(tally.errors, 1)
  t.strictSame(tally.summary(), [
    'Messages: 1 normal, 1 high',
    'Recipients: 2 deliver, 1 reject',
    'Not examined: 1',
  ])
})
