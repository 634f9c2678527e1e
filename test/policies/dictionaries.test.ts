import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LANGUAGES } from '../../src/classification/terms/dictionary-schema.js'
import { readDictionary } from '../../src/host/dictionaries.js'
import { ROOT } from '../support/tree-sources.js'

const FOLDER = join(ROOT, 'policies', 'dictionaries')
const dictionaries = readdirSync(FOLDER)
  .filter(name => name.endsWith('.toml'))
  .map(name => [name, readDictionary(join(FOLDER, name))] as const)

await t.test('each domain has a file of its name', t => {
  for (const [name, { domain }] of dictionaries) t.equal(name, `${domain}.toml`)
  t.ok(dictionaries.length > 5)
  t.end()
})

await t.test('every group that decides is there in every language', t => {
  let seen = 0
  for (const [name, { group }] of dictionaries) {
    const decisive = group.filter(one => one.for !== 'support' && !one.words.includes('ICD-10'))
    for (const one of new Set(decisive.map(one => one.name))) {
      const languages = decisive.filter(other => other.name === one).map(other => other.language)
      seen++
      t.same(
        LANGUAGES.filter(language => !languages.includes(language)),
        [],
        `${one} in ${name}`,
      )
    }
  }
  t.ok(seen > 10)
  t.end()
})

await t.test('no word stands twice in one language of a domain', t => {
  let seen = 0
  for (const [name, { group }] of dictionaries) {
    for (const language of LANGUAGES) {
      const words = group
        .filter(one => one.language === language && one.near === undefined)
        .flatMap(one => one.words.map(word => word.toLowerCase()))
      seen += words.length
      const twice = words.filter((word, at) => words.indexOf(word) !== at)
      t.same(twice, [], `${name}, ${language}`)
    }
  }
  t.ok(seen > 1000)
  t.end()
})
