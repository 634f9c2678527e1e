import t from 'tap'
import type { Pass } from '../../src/policy/lanes.js'
import type { Action, Decision, Level } from '../../src/policy/model.js'
import { routeFor, type RouteFacts } from '../../src/policy/route.js'

type Who = readonly [action: Action, lane: string | null, level?: Level]

const IN: Who = ['deliver', 'internal', 'internal']
const QTLS: Who = ['deliver', 'qtls']
const TLS: Who = ['deliver', 'tls']
const SEALED: Who = ['deliver', 'sealed']
const REJECT: Who = ['reject', null]
const ASK: Who = ['ask', null]
const WAIT: Who = ['wait', null]
const HOLD: Who = ['hold', null]
const GIVE: Who = ['hand-over', 'hand-over-x']

function decisionFor(recipients: readonly Who[]): Decision {
  return {
    recipients: recipients.map(([action, lane, level = 'mandatory']) => ({ action, lane, level })),
  } as unknown as Decision
}

function routeOf(pass: Pass, recipients: readonly Who[], facts: Partial<RouteFacts> = {}): string {
  const route = routeFor(decisionFor(recipients), {
    pass,
    tried: [],
    bindsLater: false,
    paused: false,
    ...facts,
  })
  switch (route.kind) {
    case 'pin':
      return `pin ${route.lane}${route.final ? ' out' : ''}`
    case 'wait':
    case 'stuck':
      return `${route.kind} ${route.why}`
    case 'leave':
    case 'refuse':
      return route.kind
    default:
      return route satisfies never
  }
}

t.test('the first pass binds a message only when everybody gets the same', async t => {
  const cases: [what: string, recipients: Who[], want: string, facts?: Partial<RouteFacts>][] = [
    ['one good domain', [QTLS], 'pin qtls out'],
    ['several alike', [TLS, TLS], 'pin tls out'],
    ['protected content', [SEALED], 'pin sealed out'],
    ['two lanes', [QTLS, TLS], 'leave'],
    ['somebody inside', [IN, QTLS], 'leave'],
    ['only inside', [IN], 'leave'],
    ['nobody', [], 'leave'],
    ['one rejected', [QTLS, REJECT], 'leave'],
    ['all rejected', [REJECT, REJECT], 'refuse'],
    ['somebody is asked about', [REJECT, ASK], 'leave'],
    ['all rejected, one inside', [REJECT, IN], 'leave'],
    ['somebody waits', [WAIT], 'leave'],
    ['somebody is on hold', [HOLD], 'leave'],
    ['a product', [GIVE], 'leave'],
    ['copies of Postfix', [QTLS], 'leave', { bindsLater: true }],
    ['rejected in spite of copies', [REJECT], 'refuse', { bindsLater: true }],
    ['stopped', [QTLS], 'leave', { paused: true }],
    ['rejected while stopped', [REJECT], 'leave', { paused: true }],
  ]
  for (const [what, recipients, want, facts] of cases)
    t.equal(routeOf('first', recipients, facts), want, what)
})

t.test('at split something is always said', async t => {
  const cases: [what: string, recipients: Who[], want: string, facts?: Partial<RouteFacts>][] = [
    ['qualified', [QTLS], 'pin qtls out'],
    ['mandatory', [TLS], 'pin tls out'],
    ['protected', [SEALED], 'pin sealed out'],
    ['a product', [GIVE], 'pin hand-over-x out'],
    ['rejected', [REJECT], 'refuse'],
    ['ask', [ASK], 'wait ask'],
    ['seal', [['seal', 'sealed']], 'pin sealed out'],
    ['wait', [WAIT], 'wait wait'],
    ['hold', [HOLD], 'wait hold'],
    ['stopped', [QTLS], 'wait paused', { paused: true }],
    ['inside', [IN], 'stuck an internal recipient came by the split lane'],
    ['two', [QTLS, QTLS], 'stuck the split lane handed over several recipients at once'],
    ['nobody', [], 'stuck the split lane handed over several recipients at once'],
  ]
  for (const [what, recipients, want, facts] of cases)
    t.equal(routeOf('re-split', recipients, facts), want, what)
})

t.test('what comes back from a lane goes on by another one, or to split', async t => {
  const cases: [what: string, pass: Pass, recipients: Who[], want: string][] = [
    ['normal class', 're-qtls', [TLS, TLS], 'pin tls out'],
    ['protected content', 're-tls', [SEALED], 'pin sealed out'],
    ['rejected', 're-qtls', [REJECT], 'refuse'],
    ['the same lane again', 're-qtls', [QTLS], 'pin split'],
    ['the same lane again', 're-tls', [TLS], 'pin split'],
    ['different', 're-qtls', [TLS, REJECT], 'pin split'],
    ['waits', 're-tls', [WAIT], 'pin split'],
    ['a product', 're-tls', [GIVE], 'pin split'],
    ['ask', 're-tls', [ASK], 'pin split'],
    ['inside', 're-qtls', [IN], 'leave'],
    [
      'inside and outside',
      're-qtls',
      [IN, TLS],
      'stuck internal and external recipients came back from the lane qtls together',
    ],
  ]
  for (const [what, pass, recipients, want] of cases)
    t.equal(routeOf(pass, recipients), want, `${what} at ${pass}`)
  t.equal(routeOf('re-tls', [SEALED], { paused: true }), 'wait paused')
})

t.test('nothing goes round and round', async t => {
  const tried = ['tls', 'split', 'tls']
  const stuck = 'stuck the message has been handed to the lane tls 2 times already'
  t.equal(routeOf('re-split', [TLS], { tried }), stuck)
  t.equal(routeOf('re-split', [TLS], { tried: ['tls'] }), 'pin tls out')
  t.equal(
    routeOf('re-qtls', [QTLS], { tried: ['split', 'split'] }),
    'stuck the message has been handed to the lane split 2 times already',
  )
})

t.test('an administrator may requeue a message often, yet no loop is endless', async t => {
  const tried = (times: number): string[] => Array.from({ length: times }, () => 'requeued')
  t.equal(routeOf('re-split', [QTLS], { tried: tried(19) }), 'pin qtls out')
  t.equal(
    routeOf('re-split', [QTLS], { tried: tried(20) }),
    'stuck the message was requeued 20 times',
  )
})
