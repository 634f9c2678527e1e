import fc from 'fast-check'
import t from 'tap'
import type { HeaderLine } from '../../src/milter/handlers.js'
import { HeaderList } from '../../src/milter/header-list.js'
import { HeaderPlan } from '../../src/milter/header-plan.js'
import type { Modification } from '../../src/milter/modification.js'

const RECEIVED: readonly HeaderLine[] = [
  { name: 'From', value: ' a' },
  { name: 'X-A', value: ' 1' },
  { name: 'x-a', value: ' 2' },
  { name: 'Subject', value: ' s' },
  { name: 'X-A', value: ' 3' },
]

function planned(record: (plan: HeaderPlan) => void, received = RECEIVED): string[] {
  const plan = new HeaderPlan()
  record(plan)
  return plan.modifications(received).map(shown)
}

function shown(change: Modification): string {
  if (!('value' in change)) return change.kind
  const index = 'index' in change ? ` ${change.index}` : ''
  return `${change.kind}${index} ${change.name}:${change.value}`
}

const CASES: readonly (readonly [string, (plan: HeaderPlan) => void, readonly string[]])[] = [
  ['an addition', plan => plan.add('X', 'v'), ['add-header X: v']],
  ['a value with its own blank', plan => plan.add('X', '\tv'), ['add-header X:\tv']],
  ['an empty value', plan => plan.add('X', ''), ['add-header X: ']],
  ['a fold with CRLF', plan => plan.add('X', 'a\r\n b'), ['add-header X: a\n b']],
  ['a change', plan => plan.change('x-A', 2, 'new'), ['change-header 2 x-a: new']],
  ['a change to what is there', plan => plan.change('Subject', 1, 's'), []],
  ['a change of what is not there', plan => plan.change('X-B', 1, 'v'), ['add-header X-B: v']],
  ['a change beyond the last', plan => plan.change('X-A', 4, 'v'), ['add-header X-A: v']],
  [
    'removing all, from the last to the first',
    plan => plan.remove('X-A'),
    ['change-header 3 X-A:', 'change-header 2 x-a:', 'change-header 1 X-A:'],
  ],
  ['removing one', plan => plan.remove('X-A', 2), ['change-header 2 x-a:']],
  ['removing what is not there', plan => plan.remove('X-B'), []],
  ['removing one that is not there', plan => plan.remove('X-A', 9), []],
  [
    'two changes of one name recorded in rising order',
    plan => {
      plan.remove('X-A', 1)
      plan.change('X-A', 3, 'new')
    },
    ['change-header 3 X-A: new', 'change-header 1 X-A:'],
  ],
  [
    'the last word counts',
    plan => {
      plan.change('Subject', 1, 'one')
      plan.remove('Subject')
    },
    ['change-header 1 Subject:'],
  ],
  [
    'an insertion at the front, below the Received of the MTA',
    plan => plan.insert(0, 'X', 'v'),
    ['insert-header 1 X: v'],
  ],
  ['an insertion at the very top', plan => plan.insert('top', 'X', 'v'), ['insert-header 0 X: v']],
  [
    'two insertions at the same place keep their order',
    plan => {
      plan.insert(0, 'X', '1')
      plan.insert(0, 'X', '2')
    },
    ['insert-header 1 X: 2', 'insert-header 1 X: 1'],
  ],
  ['an insertion beyond the end', plan => plan.insert(9, 'X', 'v'), ['add-header X: v']],
  [
    'an insertion in the middle goes before the deletions and is counted',
    plan => {
      plan.remove('X-A', 1)
      plan.remove('X-A', 3)
      plan.insert(2, 'X-A', 'new')
    },
    ['insert-header 3 X-A: new', 'change-header 4 X-A:', 'change-header 1 X-A:'],
  ],
]
for (const [name, record, want] of CASES) {
  void t.test(`${name}: ${want.length} packets`, async t => {
    t.same(planned(record), want)
  })
}

const ILLEGAL: readonly (readonly [string, string, string])[] = [
  ['an empty name', '', 'v'],
  ['a name with a space', 'Bad Name', 'v'],
  ['a name with a colon', 'X:', 'v'],
  ['a name with a NUL', 'X\0', 'v'],
  ['an 8-bit name', 'Xé', 'v'],
  ['a line feed without a blank', 'X', 'a\nBcc: b'],
  ['a line feed at the end', 'X', 'a\n'],
  ['CRLF without a blank', 'X', 'a\r\nb'],
  ['a bare carriage return', 'X', 'a\rb'],
  ['a NUL', 'X', 'a\0b'],
  ['a character that is no byte', 'X', '€'],
  ['a field that fits no packet', 'X', 'x'.repeat(65_520)],
]
for (const [name, field, value] of ILLEGAL) {
  void t.test(`${name} is refused before the wire`, async t => {
    const plan = new HeaderPlan()
    t.throws(() => plan.add(field, value), { code: 'ERR_MILTER_HEADER' })
    t.throws(() => plan.insert(0, field, value), { code: 'ERR_MILTER_HEADER' })
    t.throws(() => plan.change(field, 1, value), { code: 'ERR_MILTER_HEADER' })
    t.same(plan.modifications(RECEIVED), [])
  })
}

void t.test('positions and occurrences out of range are refused', async t => {
  const plan = new HeaderPlan()
  t.throws(() => plan.insert(-1, 'X', 'v'), { code: 'ERR_MILTER_HEADER' })
  t.throws(() => plan.insert(0.5, 'X', 'v'), { code: 'ERR_MILTER_HEADER' })
  t.throws(() => plan.change('X', 0, 'v'), { code: 'ERR_MILTER_HEADER' })
  t.throws(() => plan.remove('X', 0), { code: 'ERR_MILTER_HEADER' })
})

interface Entry {
  readonly name: string
  value: string
  isDeleted: boolean
}

/**
 * A header as an MTA keeps it, its own Received on top and hidden from the filter. Postfix takes a
 * deleted field out at once; sendmail marks it and goes on counting it.
 */
function applied(
  received: readonly HeaderLine[],
  changes: readonly Modification[],
  mta: 'postfix' | 'sendmail',
): string[] {
  const list: Entry[] = [{ name: 'Received', value: ' own' }, ...received].map(line => ({
    ...line,
    isDeleted: false,
  }))
  const own = list[0]
  const counted = (): Entry[] => list.filter(entry => mta === 'sendmail' || !entry.isDeleted)
  for (const change of changes) {
    if (change.kind === 'add-header') {
      list.push({ name: change.name, value: change.value, isDeleted: false })
    } else if (change.kind === 'insert-header') {
      const before = counted()[change.index]
      const at = before === undefined ? list.length : list.indexOf(before)
      list.splice(at, 0, { name: change.name, value: change.value, isDeleted: false })
    } else if (change.kind === 'change-header') {
      const entry = counted().filter(
        entry => entry !== own && entry.name.toLowerCase() === change.name.toLowerCase(),
      )[change.index - 1]
      if (entry === undefined || entry.isDeleted) throw new Error('index hits nothing')
      if (change.value === '') entry.isDeleted = true
      else entry.value = change.value
    }
  }
  return list.filter(entry => !entry.isDeleted).map(entry => `${entry.name}:${entry.value}`)
}

const NAME = fc.constantFrom('X-A', 'x-a', 'X-B', 'Subject', 'Received')
const VALUE = fc.constantFrom('1', '2', '3')
const RECORD = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), name: NAME, value: VALUE }),
  fc.record({
    kind: fc.constant('insert' as const),
    name: NAME,
    value: VALUE,
    position: fc.oneof(fc.nat(8), fc.constant('top' as const)),
  }),
  fc.record({
    kind: fc.constant('change' as const),
    name: NAME,
    value: VALUE,
    occurrence: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    name: NAME,
    occurrence: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  }),
)

type Recorded = typeof RECORD extends fc.Arbitrary<infer R> ? R : never

/** The header that is wanted, by a model that knows nothing of packets. */
function wanted(received: readonly HeaderLine[], records: readonly Recorded[]): string[] {
  const fields = received.map(line => ({ ...line, before: [] as string[], isGone: false }))
  const of = (name: string) =>
    fields.filter(field => field.name.toLowerCase() === name.toLowerCase())
  const top: string[] = []
  const end: string[] = []
  const front: string[] = []
  for (const record of records) {
    const text = 'value' in record ? `${record.name}: ${record.value}` : ''
    if (record.kind === 'add') end.push(text)
    else if (record.kind === 'insert') {
      const { position } = record
      if (position === 'top') top.push(text)
      else if (position === 0) front.push(text)
      else (fields[position]?.before ?? end).push(text)
    } else if (record.kind === 'change') {
      const field = of(record.name)[record.occurrence - 1]
      if (field === undefined) end.push(text)
      else Object.assign(field, { value: ` ${record.value}`, isGone: false })
    } else {
      const all = of(record.name)
      const gone =
        record.occurrence === undefined ? all : all.slice(record.occurrence - 1, record.occurrence)
      for (const field of gone) field.isGone = true
    }
  }
  const middle = fields.flatMap(field => [
    ...field.before,
    ...(field.isGone ? [] : [`${field.name}:${field.value}`]),
  ])
  return [...top, 'Received: own', ...front, ...middle, ...end]
}

for (const mta of ['postfix', 'sendmail'] as const) {
  void t.test(`whatever is recorded, ${mta} ends with the header that is wanted`, async t => {
    const lines = fc.array(fc.record({ name: NAME, value: VALUE.map(value => ` ${value}`) }), {
      maxLength: 8,
    })
    let packets = 0
    fc.assert(
      fc.property(lines, fc.array(RECORD, { maxLength: 8 }), (received, records) => {
        const plan = new HeaderPlan()
        for (const record of records) {
          if (record.kind === 'add') plan.add(record.name, record.value)
          else if (record.kind === 'insert') plan.insert(record.position, record.name, record.value)
          else if (record.kind === 'change')
            plan.change(record.name, record.occurrence, record.value)
          else plan.remove(record.name, record.occurrence)
        }
        const changes = plan.modifications(received)
        packets += changes.length
        const got = applied(received, changes, mta).join('\n')
        return got === wanted(received, records).join('\n')
      }),
      { numRuns: 1000, verbose: false },
    )
    t.ok(packets > 1000, `${packets} packets`)
  })
}

void t.test(
  'a header list gives exact values with HDR_LEADSPC, and puts the space back without',
  async t => {
    const rows: readonly (readonly [string, string, string])[] = [
      ['X\0 v', ' v', '  v'],
      ['X\0v', 'v', ' v'],
      ['X\0\tv', '\tv', '\tv'],
      ['X\0', '', ''],
      ['X\0 a\n b\xff', ' a\n b\xff', '  a\n b\xff'],
    ]
    let seen = 0
    for (const [received, exact, restored] of rows) {
      for (const [hasLeadingSpace, value] of [
        [true, exact],
        [false, restored],
      ] as const) {
        const list = new HeaderList(hasLeadingSpace)
        t.same(list.lines(), [])
        t.equal(list.last(), undefined)
        list.add(received)
        t.same(list.lines(), [{ name: 'X', value }])
        t.same(list.last(), { name: 'X', value })
        t.ok(Object.isFrozen(list.lines()))
        seen += 1
      }
    }
    t.equal(seen, 10)
  },
)
