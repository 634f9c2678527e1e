import t from 'tap'
import { classifyRecipients } from '../../src/gateway/recipients.js'
import { domainMatcher } from '../../src/policy/matcher.js'

t.test('an address is internal only when nothing can route it elsewhere', async t => {
  const isInternal = domainMatcher(['example.org', '.intern.example.org', 'Praxis-Müller.example'])
  const cases: [address: string, domain: string, internal: boolean][] = [
    ['a@example.org', 'example.org', true],
    ['a@EXAMPLE.ORG', 'example.org', true],
    ['a@example.org.', 'example.org', true],
    ['a@sub.example.org', 'sub.example.org', false],
    ['a@x.intern.example.org', 'x.intern.example.org', true],
    ['a@intern.example.org', 'intern.example.org', false],
    ['a@notexample.org', 'notexample.org', false],
    ['a@praxis-müller.example', 'xn--praxis-mller-klb.example', true],
    ['a@xn--praxis-mller-klb.example', 'xn--praxis-mller-klb.example', true],
    ['root', '', true],
    ['', '', true],
    ['bob%outside.example@example.org', 'example.org', false],
    ['outside.example!bob@example.org', 'example.org', false],
    ['"bob@outside.example"@example.org', 'example.org', false],
    ['bob%outside.example', '', false],
    ['a@example.net', 'example.net', false],
    ['a@Exa mple', 'exa mple', false],
    ['a@[192.0.2.1]', '[192.0.2.1]', false],
  ]
  for (const [address, domain, internal] of cases) {
    t.strictSame(
      classifyRecipients([address], isInternal),
      [{ address, domain, internal }],
      address || '(empty)',
    )
  }
})
