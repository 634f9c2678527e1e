import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { WrittenMap } from '../../src/maps/written-map.js'

let count = 0
function written(t: Test, text: string) {
  count += 1
  const file = join(t.testdir({}), `map${count}`)
  writeFileSync(file, text)
  const map = new WrittenMap(file)
  t.teardown(() => map.close())
  return map
}

t.test('every key is found, and nothing between them', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,12}$/), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9000 }),
      async (names, length) => {
        const keys = [...names].sort()
        const value = (key: string): string => `${key}!`.repeat(length).slice(0, length)
        const lines = keys.map(key => `${key} ${value(key)}\n`).join('')
        const map = written(t, `# TLS profile x, written now\n# about\n${lines}`)
        const found = keys.every(key => map.valueOf(key) === value(key))
        const others = keys.every(
          key => keys.includes(`${key}x`) || map.valueOf(`${key}x`) === undefined,
        )
        return found && others
      },
    ),
    { numRuns: 40 },
  )
  t.end()
})

t.test('a file without entries, or cut anywhere, has what it still has', t => {
  for (const text of ['', '# only\n', '#']) t.equal(written(t, text).valueOf('a'), undefined)
  const whole = '# head\na.example x\nb.example y\nc.example z\n'
  for (let length = 0; length <= whole.length; length++) {
    const map = written(t, whole.slice(0, length))
    t.equal(map.valueOf('a.example') === 'x', length >= 18, `a at ${length}`)
    t.equal(map.valueOf('b.example') === 'y', length >= 30, `b at ${length}`)
  }
  t.end()
})

t.test('Postfix asks for the name, then for what lies below its parents', t => {
  const map = written(t, '.a.example below\n.example all\nx.a.example own\n')
  t.equal(map.policyOf('x.a.example'), 'own')
  t.equal(map.policyOf('y.a.example'), 'below')
  t.equal(map.policyOf('a.example'), 'all')
  t.equal(map.policyOf('other.test'), undefined)
  t.end()
})
