import type { Mail } from '../message/mail.js'
import type { Decision, RiskClass } from '../policy/model.js'

/** A plain decision for tests: nothing protected, every recipient by mandatory TLS. */
export function sampleDecision(mail: Mail, riskClass: RiskClass): Decision {
  return Object.freeze({
    class: riskClass,
    labels: [],
    content: {
      verdict: 'not-encrypted',
      system: null,
      coverage: 'none',
      strength: 'none',
      parts: [],
      why: 'nothing is protected',
    },
    recipients: mail.envelope.recipients.map(address => ({
      address,
      domain: address.slice(address.lastIndexOf('@') + 1),
      level: 'mandatory',
      action: 'deliver',
      lane: 'tls',
      row: 'sample',
      why: 'a decision of a test',
    })),
  } as const satisfies Decision)
}
