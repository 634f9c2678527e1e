import t from 'tap'
import { checkDecision, checkPerson, checkedHosts } from '../../src/store/checked-input.js'

const HOSTS: readonly (readonly [host: string, want: string])[] = [
  ['mx.a.example', 'mx.a.example'],
  ['MX-1.A.example.', 'mx-1.a.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['1.mx.a.example', '1.mx.a.example'],
]

for (const [host, want] of HOSTS) {
  void t.test(`the host name ${host} is kept as ${want}`, async t => {
    t.same(checkedHosts([host, want]), [want])
  })
}

const NO_HOSTS = [
  '',
  ' ',
  'mx',
  'a..example',
  '.a.example',
  '*.a.example',
  '-a.example',
  'a_b.example',
  'a b.example',
  'a.example:25',
  'a.example#b.example',
  '192.0.2.1',
  '0x7f.1',
  '[192.0.2.1]',
  '2001:db8::1',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(600)}example`,
]

for (const host of NO_HOSTS) {
  void t.test(`${JSON.stringify(host.slice(0, 40))} is no host name`, async t => {
    t.throws(() => checkedHosts([host]), { code: 'ERR_STORE_INPUT', message: /not a host name/ })
  })
}

void t.test('an act needs a name and a reason, neither endless', async t => {
  t.doesNotThrow(() => checkPerson({ by: 'ann', reason: 'r'.repeat(1000) }, 'it'))
  t.throws(() => checkPerson({ by: '', reason: 'r' }, 'it'), { message: 'it needs a name' })
  t.throws(() => checkPerson({ by: 'a', reason: '\t' }, 'it'), { message: 'it needs a reason' })
  t.throws(() => checkPerson({ by: 'a'.repeat(1001), reason: 'r' }, 'it'), { message: /1000/ })
})

void t.test('a decision needs one of its words and an id', async t => {
  const good = { customer: 'c', id: 'Q1', verdict: 'released', by: 'ann', reason: 'r' } as const
  t.doesNotThrow(() => checkDecision(good))
  t.throws(() => checkDecision({ ...good, id: '' }), { code: 'ERR_STORE_INPUT' })
  t.throws(() => checkDecision({ ...good, verdict: 'sent' as 'released' }), { message: /"sent"/ })
})
