import fc from 'fast-check'
import t from 'tap'
import { parents } from '../../src/maps/entries.js'
import type { LevelEntry } from '../../src/store/admin.js'
import { level, levelSource, mapLines } from '../support/maps-levels.js'

const OPTIONS = {
  fallbacks: { qtls: '[127.0.0.1]:10027', tls: '[127.0.0.1]:10028' },
  pin: 'names',
} as const
const TLS = 'ciphers=high protocols=>=TLSv1.2'

async function lines(levels: readonly LevelEntry[], pin: 'names' | 'spki' = 'names') {
  const found = await mapLines(levelSource(levels), { ...OPTIONS, pin })
  return {
    transport: found.transport,
    tls: found.tls_policy,
    qtls: found.qtls_policy,
    refused: found.refused,
  }
}

await t.test('names that would be read as something else get no entry', async t => {
  const cases: [entry: LevelEntry, reason: RegExp][] = [
    [level('a b.example', 'mandatory'), /no name/],
    [level('a.example\nevil.example', 'mandatory'), /no name/],
    [level('#a.example', 'mandatory'), /no name/],
    [level('..a.example', 'qualified'), /no name/],
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
    const found = await lines([entry])
    t.match(found.refused, [{ domain: entry.domain, reason }], JSON.stringify(entry.domain))
    t.same(found.transport, [])
    t.same(found.qtls, ['[127.0.0.1]:10027 none'])
  }
  t.same((await lines([level('a b.example', 'none')])).refused, [], 'it would have none anyhow')
})

await t.test('what each level says in each map, in the order of the names', async t => {
  const found = await lines([
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

await t.test('what lies below a domain, and what does not follow its parent', async t => {
  const found = await lines([
    level('.a.example', 'qualified', { match: ['mx.a.example'] }),
    level('.b.example', 'mandatory'),
    level('x.a.example', 'none'),
    level('y.a.example', 'mandatory'),
    level('z.a.example', 'qualified'),
    level('x.b.example', 'none'),
    level('a.example', 'none'),
  ])
  t.same(found, {
    transport: [
      '.a.example qtls:',
      '.b.example :',
      'x.a.example :',
      'y.a.example :',
      'z.a.example qtls:',
    ],
    tls: [
      `.a.example encrypt ${TLS}`,
      `.b.example encrypt ${TLS}`,
      '[127.0.0.1]:10028 none',
      `y.a.example encrypt ${TLS}`,
      `z.a.example encrypt ${TLS}`,
    ],
    qtls: [
      `.a.example secure match=mx.a.example ${TLS}`,
      `.b.example secure match=unqualified.invalid ${TLS}`,
      '[127.0.0.1]:10027 none',
      `x.a.example secure match=unqualified.invalid ${TLS}`,
      `y.a.example secure match=unqualified.invalid ${TLS}`,
      `z.a.example secure match=nexthop:dot-nexthop ${TLS}`,
    ],
    refused: [],
  })
  t.same(parents('a.b.example'), ['.b.example', '.example'])
  t.same(parents('.b.example'), ['.example'])
  t.same(parents('example'), [])
})

await t.test('a fixed next hop is asked for in place of the domain', async t => {
  const hop = { nextHop: '[mx.partner.example]:25' }
  const found = await lines([
    level('p.example', 'qualified', { ...hop, match: ['mx.partner.example'] }),
    level('q.example', 'qualified', { ...hop, match: ['mx.partner.example'] }),
    level('r.example', 'mandatory', hop),
    level('s.example', 'qualified', { ...hop, match: ['other.example'] }),
    level('t.example', 'none', hop),
  ])
  t.same(found.transport, [
    'p.example qtls:[mx.partner.example]:25',
    'q.example qtls:[mx.partner.example]:25',
    'r.example :[mx.partner.example]:25',
    's.example qtls:[mx.partner.example]:25',
  ])
  const [own] = found.qtls.filter(line => line.startsWith('[mx.'))
  t.equal(own, `[mx.partner.example]:25 secure match=mx.partner.example ${TLS}`)
  t.ok(found.tls.includes(`[mx.partner.example]:25 encrypt ${TLS}`))
  t.match(found.refused, [{ domain: 's.example', reason: /another domain says something else/ }])
})

await t.test('the keys that were seen are told where they are to be pinned', async t => {
  const digest = (byte: string) => Array<string>(32).fill(byte).join(':')
  const probed = (domain: string, spki: string[], more: Partial<LevelEntry> = {}) =>
    ({ ...level(domain, 'qualified', { match: ['mx.example'], ...more }), spki }) as LevelEntry
  const levels = [
    probed('a.example', [digest('CD'), digest('AB')]),
    probed('b.example', [digest('AB')], { dane: true }),
    probed('c.example', ['AB:CD']),
    probed('d.example', Array<string>(101).fill(digest('AB'))),
    level('e.example', 'qualified', { match: ['mx.e.example'] }),
    probed('f.example', [digest('AB')]),
    level('f.example', 'qualified', { match: ['mx.example'], customer: 'clinic' }),
  ]
  const found = await lines(levels, 'spki')
  t.same(found.qtls.slice(1), [
    `a.example fingerprint match=${digest('AB')}|${digest('CD')} ${TLS}`,
    `b.example fingerprint match=${digest('AB')} ${TLS}`,
    `e.example secure match=mx.e.example ${TLS}`,
    `f.example secure match=mx.example ${TLS}`,
  ])
  t.match(found.refused, [
    { domain: 'c.example', reason: /no digest/ },
    { domain: 'd.example', reason: /more than 100 keys/ },
  ])
  const names = await lines(levels)
  t.ok(names.qtls.includes(`a.example secure match=mx.example ${TLS}`))
  t.ok(names.qtls.includes(`b.example dane-only ${TLS}`))
})

await t.test('a verdict without servers makes no entry, whatever it says', async t => {
  const empty = { ...level('a.example', 'qualified'), spki: ['AB'] } as LevelEntry
  t.match((await lines([empty])).refused, [{ reason: /none of its servers/ }])
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
    const entry = (await lines(levels)).qtls.find(line => line.startsWith('a.example'))
    t.equal(entry, want === undefined ? undefined : `a.example ${want}`, name)
  }
})

await t.test('whatever the names are, an entry is one line of two parts', async t => {
  const name = fc.oneof(fc.string(), fc.domain())
  await fc.assert(
    fc.asyncProperty(
      name,
      fc.array(name),
      fc.constantFrom('qualified', 'mandatory'),
      async (domain, match, what) => {
        const found = await lines([level(domain, what, { match })])
        return [...found.transport, ...found.tls, ...found.qtls].every(line =>
          /^[^\s#]+ [\x20-\x7e]+$/.test(line),
        )
      },
    ),
  )
  t.equal((await lines([level('a.example', 'mandatory')])).tls.length, 2)
})
