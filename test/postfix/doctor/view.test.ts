import t from 'tap'
import {
  editOf,
  isLoopback,
  isYes,
  keyOf,
  numberOf,
  readersOf,
  serviceNamed,
  servicesOf,
  timeOf,
  valueOf,
  whereIs,
  whereServed,
} from '../../../src/postfix/doctor/view.js'
import { doctorFacts } from '../../support/doctor-facts.js'

t.test('a service sees its own options, and main.cf for the rest', async t => {
  const facts = doctorFacts({ main: { mynetworks: '10.0.0.0/8', both: '$mynetworks and more' } })
  const listener = serviceNamed(facts, '127.0.0.1:10026', 'inet')
  const relay = serviceNamed(facts, 'relay')
  t.equal(valueOf(facts, 'mynetworks'), '10.0.0.0/8')
  t.equal(valueOf(facts, 'mynetworks', listener), '127.0.0.0/8 [::1]/128')
  t.equal(valueOf(facts, 'mynetworks', relay), '10.0.0.0/8')
  t.equal(valueOf(facts, 'both', listener), '127.0.0.0/8 [::1]/128 and more')
  t.equal(valueOf(facts, 'no_such_setting'), '')
})

t.test('evidence says in which file a value stands', async t => {
  const facts = doctorFacts()
  const listener = serviceNamed(facts, '127.0.0.1:10026', 'inet')
  t.strictSame(whereIs(facts, 'milter_macro_daemon_name', listener), {
    file: '/etc/postfix/master.cf',
    service: '127.0.0.1:10026/inet',
    parameter: 'milter_macro_daemon_name',
    value: 're-split',
  })
  t.strictSame(whereIs(facts, 'inet_interfaces', listener), {
    file: '/etc/postfix/main.cf',
    parameter: 'inet_interfaces',
    value: 'all',
  })
  t.ok(listener)
  if (listener !== undefined) {
    t.strictSame(whereServed(facts, listener), {
      file: '/etc/postfix/master.cf',
      service: '127.0.0.1:10026/inet',
    })
  }
})

t.test('times have units, and numbers are numbers', async t => {
  const cases: [text: string, unit: string | undefined, want: number | undefined][] = [
    ['600s', undefined, 600_000],
    ['10m', undefined, 600_000],
    ['2h', undefined, 7_200_000],
    ['5d', undefined, 432_000_000],
    ['1w', undefined, 604_800_000],
    ['30', undefined, 30_000],
    ['5', 'd', 432_000_000],
    ['', undefined, undefined],
    ['soon', undefined, undefined],
  ]
  for (const [text, unit, want] of cases) {
    t.equal(timeOf(doctorFacts({ main: { x: text } }), 'x', undefined, unit), want, text)
  }
  t.equal(numberOf(doctorFacts({ main: { x: '42' } }), 'x'), 42)
  t.equal(numberOf(doctorFacts({ main: { x: 'many' } }), 'x'), 0)
  t.equal(isYes('Yes'), true)
  t.equal(isYes('no'), false)
})

t.test('addresses of this machine', async t => {
  const cases: [host: string, want: boolean][] = [
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['10.0.0.1', false],
    ['', false],
    ['127.example', false],
  ]
  for (const [host, want] of cases) t.equal(isLoopback(host), want, host)
})

t.test('whose settings count', async t => {
  const keys = (facts: Parameters<typeof readersOf>[0]): readonly (string | undefined)[] =>
    readersOf(facts, 'trivial-rewrite').map(service => service && keyOf(service))
  const own = { 'rewrite/unix': { options: { relayhost: 'x' } } }
  t.strictSame(keys(doctorFacts()), [undefined])
  t.strictSame(keys(doctorFacts({ services: own })), ['rewrite/unix'])
  t.strictSame(keys(doctorFacts({ services: own, master: 'b unix - - n - - trivial-rewrite' })), [
    undefined,
    'rewrite/unix',
  ])
  t.strictSame(keys(doctorFacts({ services: { 'rewrite/unix': null } })), [undefined])
})

t.test('a setting is changed where it stands', async t => {
  const facts = doctorFacts({ services: { 'rewrite/unix': { options: { relayhost: 'x' } } } })
  const service = serviceNamed(facts, 'rewrite')
  t.strictSame(editOf('relayhost', '', service), {
    service: 'rewrite/unix',
    parameter: 'relayhost',
    value: '',
  })
  t.strictSame(editOf('soft_bounce', 'no', service), { parameter: 'soft_bounce', value: 'no' })
})

t.test('services are found by program and by name', async t => {
  const facts = doctorFacts()
  t.strictSame(
    servicesOf(facts, 'pickup', 'trivial-rewrite').map(({ name }) => name),
    ['pickup', 'rewrite'],
  )
  t.equal(serviceNamed(facts, 'smtp', 'inet')?.command, 'smtpd')
  t.equal(serviceNamed(facts, 'smtp')?.command, 'smtp')
  t.equal(serviceNamed(facts, 'absent'), undefined)
})
