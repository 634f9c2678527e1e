import fc from 'fast-check'
import t from 'tap'
import { mapEntries } from '../../src/maps/entries.js'
import type { LevelEntry } from '../../src/store/admin.js'
import { level } from '../support/maps-levels.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const OPTIONS = { now: NOW, fallbacks: { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' } }
const TLS = 'ciphers=high protocols=>=TLSv1.2'

function lines(levels: readonly LevelEntry[]) {
  const { entries, refused } = mapEntries(levels, OPTIONS)
  const text = (name: keyof typeof entries) =>
    entries[name].map(({ key, value }) => `${key} ${value}`)
  return {
    transport: text('transport'),
    tls: text('tls_policy'),
    qtls: text('qtls_policy'),
    refused,
  }
}

await t.test('names that would be read as something else get no entry', async t => {
  const cases: [entry: LevelEntry, reason: RegExp][] = [
    [level('a b.example', 'mandatory'), /no name/],
    [level('a.example\nevil.example', 'mandatory'), /no name/],
    [level('#a.example', 'mandatory'), /no name/],
    [level('.a.example', 'qualified'), /no name/],
    [level('A.example', 'qualified'), /no name/],
    [level('a..example', 'qualified'), /no name/],
    [level('', 'qualified'), /no name/],
    [level(`${'a.'.repeat(130)}example`, 'qualified'), /no name/],
    [level('[192.0.2.1]', 'qualified'), /an address needs the names/],
    [level('a.example', 'qualified', { match: ['mx.example b'] }), /one of its servers/],
    [level('a.example', 'qualified', { match: ['mx.example:evil.example'] }), /one of its servers/],
    [level('a.example', 'qualified', { match: ['nexthop'] }), /one of its servers/],
    [level('a.example', 'qualified', { match: ['hostname'] }), /one of its servers/],
    [level('a.example', 'qualified', { match: ['.example.com'] }), /one of its servers/],
    [level('a.example', 'qualified', { match: Array(101).fill('mx.example') }), /more than 100/],
  ]
  for (const [entry, reason] of cases) {
    const found = lines([entry])
    t.match(found.refused, [{ domain: entry.domain, reason }], JSON.stringify(entry.domain))
    t.same(found.transport, [])
    t.same(found.qtls, ['[127.0.0.1]:10027 none'])
  }
})

await t.test('what each level says in each map, in the order of the names', async t => {
  const found = lines([
    level('zz.example', 'qualified', { match: ['mx2.zz.example', 'mx1.zz.example'] }),
    level('dane.example', 'qualified', { dane: true, match: ['mx.dane.example'] }),
    level('own.example', 'qualified'),
    level('b.example', 'mandatory'),
    level('c.example', 'none'),
    level('d.example', 'undetermined'),
    level('[192.0.2.1]', 'mandatory'),
  ])
  t.same(found, {
    transport: ['dane.example qtls:', 'own.example qtls:', 'zz.example qtls:'],
    tls: [
      '[127.0.0.1]:10028 none',
      `[192.0.2.1] encrypt ${TLS}`,
      `b.example encrypt ${TLS}`,
      `dane.example encrypt ${TLS}`,
      `own.example encrypt ${TLS}`,
      `zz.example encrypt ${TLS}`,
    ],
    qtls: [
      '[127.0.0.1]:10027 none',
      `dane.example dane-only ${TLS}`,
      `own.example secure match=nexthop:dot-nexthop ${TLS}`,
      `zz.example secure match=mx1.zz.example:mx2.zz.example ${TLS}`,
    ],
    refused: [],
  })
})

await t.test('a level whose time is over makes no entry', async t => {
  t.same(lines([level('a.example', 'qualified', { until: NOW })]).transport, [])
  t.same(lines([level('a.example', 'qualified', { until: NOW + 1 })]).transport, [
    'a.example qtls:',
  ])
})

await t.test('of what several customers say the strictest counts', async t => {
  const qualified = (match: string[], more: Partial<LevelEntry> = {}) =>
    level('a.example', 'qualified', { match, ...more })
  const cases: [name: string, levels: LevelEntry[], want: string | undefined][] = [
    [
      'qualified for one',
      [level('a.example', 'none'), qualified(['mx.a.example'], { customer: 'clinic' })],
      `secure match=mx.a.example ${TLS}`,
    ],
    [
      'the servers that both name',
      [
        qualified(['mx1.a.example', 'mx2.a.example']),
        qualified(['mx2.a.example', 'mx3.a.example']),
      ],
      `secure match=mx2.a.example ${TLS}`,
    ],
    [
      'no server that both name',
      [qualified(['mx1.a.example']), qualified(['mx2.a.example'])],
      undefined,
    ],
    [
      'named servers before the domain',
      [qualified([]), qualified(['mx.a.example'])],
      `secure match=mx.a.example ${TLS}`,
    ],
    [
      'DANE for all',
      [qualified([], { dane: true }), qualified([], { dane: true })],
      `dane-only ${TLS}`,
    ],
    [
      'DANE for one',
      [qualified(['mx.a.example'], { dane: true }), qualified([])],
      `secure match=mx.a.example ${TLS}`,
    ],
  ]
  for (const [name, levels, want] of cases) {
    const entry = lines(levels).qtls.find(line => line.startsWith('a.example'))
    t.equal(entry, want === undefined ? undefined : `a.example ${want}`, name)
  }
})

await t.test('whatever the names are, an entry is one line of two parts', async t => {
  const name = fc.oneof(fc.string(), fc.domain())
  fc.assert(
    fc.property(
      name,
      fc.array(name),
      fc.constantFrom('qualified', 'mandatory'),
      (domain, match, what) => {
        const { entries } = mapEntries([level(domain, what, { match })], OPTIONS)
        return Object.values(entries)
          .flat()
          .every(({ key, value }) => /^[^\s#]+$/.test(key) && /^[\x20-\x7e]+$/.test(value))
      },
    ),
  )
  t.equal(lines([level('a.example', 'mandatory')]).tls.length, 2)
})
