import t from 'tap'
import { LevelsInForce } from '../../src/store/levels-in-force.js'
import type { PageVerdict, SetLevel } from '../../src/store/operations/level-lookup.js'

const set = (domain: string, level: SetLevel['level'], customer_id = 0): SetLevel => ({
  domain,
  level,
  customer_id,
  match_hosts: '',
  dane: 0,
  next_hop: null,
})

const verdict = (domain: string, level: PageVerdict['level'] = 'qualified'): PageVerdict => ({
  domain,
  level,
  match_hosts: `mx.${domain}`,
  spki: 'AB:CD',
  dane: 1,
})

/** What one page comes to: `domain by:level by:level`. */
function told(
  below: readonly SetLevel[],
  some: readonly SetLevel[],
  verdicts: readonly PageVerdict[],
): readonly string[] {
  const page = new LevelsInForce(below).page({ set: some, verdicts })
  return page.map(({ domain, levels }) =>
    [domain, ...levels.map(({ by, level }) => `${by}:${level}`)].join(' '),
  )
}

void t.test('what an administrator said goes before what the prober found', t => {
  t.same(
    told(
      [],
      [set('b.example', 'none'), set('d.example', 'mandatory')],
      [verdict('a.example'), verdict('b.example'), verdict('c.example')],
    ),
    [
      'a.example prober:qualified',
      'b.example administrator:none',
      'c.example prober:qualified',
      'd.example administrator:mandatory',
    ],
  )
  t.end()
})

void t.test("one customer's level leaves the others with what the prober found", t => {
  t.same(
    told(
      [],
      [set('a.example', 'none', 1), set('b.example', 'none'), set('b.example', 'mandatory', 2)],
      [verdict('a.example'), verdict('b.example')],
    ),
    [
      'a.example administrator:none prober:qualified',
      'b.example administrator:none administrator:mandatory',
    ],
  )
  t.end()
})

void t.test('a level for everything below a domain stands for what the prober found there', t => {
  const below = [set('.example', 'none'), set('.a.example', 'mandatory')]
  t.same(
    told(
      below,
      [...below, set('x.a.example', 'qualified')],
      [verdict('a.example'), verdict('other.test'), verdict('w.a.example'), verdict('x.a.example')],
    ).toSorted(),
    [
      '.a.example administrator:mandatory',
      '.example administrator:none',
      'other.test prober:qualified',
      'x.a.example administrator:qualified',
    ],
    'a.example and w.a.example are covered by what was said of their parents',
  )
  t.end()
})

void t.test('an entry of its own speaks for the customers of its parents as well', t => {
  const below = [set('.a.example', 'mandatory', 1)]
  t.same(told(below, below, [verdict('x.a.example')]), [
    '.a.example administrator:mandatory',
    'x.a.example prober:qualified administrator:mandatory',
  ])
  t.end()
})

void t.test('host names, keys and the next hop come along', t => {
  const fixed = { ...set('b.example', 'qualified'), match_hosts: 'm n', next_hop: '[m]:25' }
  const page = new LevelsInForce([]).page({
    set: [fixed],
    verdicts: [verdict('a.example')],
  })
  t.same(
    page.flatMap(({ levels }) => levels),
    [
      {
        by: 'prober',
        level: 'qualified',
        match: ['mx.a.example'],
        dane: true,
        spki: ['AB:CD'],
        nextHop: undefined,
      },
      {
        by: 'administrator',
        level: 'qualified',
        match: ['m', 'n'],
        dane: false,
        spki: [],
        nextHop: '[m]:25',
      },
    ],
  )
  t.end()
})
