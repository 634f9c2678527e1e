import t from 'tap'
import { judge, type Tried } from '../../../../src/postfix/doctor/probe/judge.js'
import type { Arrival, Role } from '../../../../src/postfix/doctor/probe/receivers.js'

const MESSAGE = 'X-Postseal-Reference: 0123456789abcdefghij-0123456789abcdef\r\n\r\nbody\r\n'
const arrival = (role: Role, more: Partial<Arrival> = {}): Arrival => ({
  role,
  recipient: 'probe@x.invalid',
  encrypted: role === 'tls',
  message: MESSAGE,
  ...more,
})
const tried = (
  expect: 'sent' | 'refused',
  target: 'plain' | 'tls',
  arrivals: readonly Arrival[],
  more: Partial<Tried> = {},
): Tried => ({
  trial: { lane: 'tls', target, expect, domain: `${target}.tls.postseal-probe.invalid` },
  logged: { lines: ['a line'], status: 'sent' },
  arrivals,
  handsBack: true,
  ...more,
})

const CASES: readonly (readonly [what: string, tried: Tried, want: string])[] = [
  [
    'delivered where it should be',
    tried('sent', 'tls', [arrival('tls')]),
    'ok Lane tls delivers to a server whose certificate proves nothing.',
  ],
  [
    'refused and handed back',
    tried('refused', 'plain', [arrival('fallback')]),
    'ok Lane tls does not deliver to a server without TLS, and hands the message back.',
  ],
  [
    'refused and kept',
    tried('refused', 'plain', [], { handsBack: false }),
    'ok Lane tls does not deliver to a server without TLS, and keeps the message.',
  ],
  [
    'refused and lost on the way back',
    tried('refused', 'plain', []),
    'warn Lane tls did not hand the message back.',
  ],
  [
    'delivered where it must not be',
    tried('refused', 'plain', [arrival('plain')]),
    'fail Lane tls delivered to a server without TLS.',
  ],
  [
    'not delivered where it should be',
    tried('sent', 'tls', [arrival('fallback')]),
    'fail Lane tls did not deliver to a server whose certificate proves nothing.',
  ],
  [
    'nothing in the log',
    tried('sent', 'tls', [], { logged: { lines: [], status: undefined } }),
    'unknown Lane tls said nothing about the probe.',
  ],
  [
    'in clear text to a server that has TLS',
    tried('sent', 'tls', [arrival('tls', { encrypted: false })]),
    'warn Lane tls did not use the TLS that it was offered.',
  ],
  [
    'with the lane header',
    tried('sent', 'tls', [arrival('tls', { message: `X-Postseal-Lane: tls\r\n${MESSAGE}` })]),
    'fail Lane tls lets its header out.',
  ],
  [
    'without the reference',
    tried('sent', 'tls', [
      arrival('tls', { message: 'Subject: x\r\n\r\nX-Postseal-Reference: a' }),
    ]),
    'fail Lane tls loses the reference header.',
  ],
]

t.test('what arrived decides, the log is shown', async t => {
  for (const [what, one, want] of CASES) {
    const { check, severity, message, lines } = judge(one)
    t.equal(`${severity} ${message}`, want, what)
    t.equal(check, `probe-tls-${one.trial.target}`)
    t.strictSame(lines, one.logged.lines)
  }
  t.equal(CASES.length, 10)
})
