import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadLexicon, readDictionary } from '../../src/host/dictionaries.js'

const GOOD = `domain = "club"
high_from = 10
confidential_from = 20
[[group]]
name = "members"
language = "de"
for = "high"
weight = 10
words = ["Mitgliederliste~"]
`

function fileWith(t: { testdir(): string }, text: string): string {
  const file = join(t.testdir(), 'own.toml')
  writeFileSync(file, text)
  return file
}

await t.test('own dictionaries come behind the shipped ones', t => {
  const shipped = loadLexicon()
  const { domains, terms } = loadLexicon([fileWith(t, GOOD)])
  t.equal(terms.length, shipped.terms.length + 1)
  t.same(domains.at(-1), { name: 'club', highFrom: 10, confidentialFrom: 20 })
  t.end()
})

await t.test('a mistake is said with its file, line and column', t => {
  const cases: [string, string, RegExp][] = [
    ['in a word', GOOD.replace('liste~', 'li~ste'), /own\.toml:9:10: group 0 words 0 has a mark/],
    ['in a class', GOOD.replace('"high"', '"low"'), /own\.toml:7:7: group 0 for/],
    ['in a name', GOOD.replace('weight', 'wight'), /own\.toml:4:\d+: group 0/],
    ['in the form', 'domain = ', /own\.toml:1:/],
  ]
  for (const [name, text, want] of cases) {
    t.throws(() => readDictionary(fileWith(t, text)), { message: want }, name)
  }
  t.throws(() => readDictionary('/nowhere/own.toml'), { code: 'ERR_CONFIG_FILE' })
  t.end()
})
