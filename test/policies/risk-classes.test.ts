import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { RISK_CLASSES } from '../../src/policy/model.js'
import { ROOT } from '../support/tree-sources.js'

interface RiskClassesFile {
  readonly classes: readonly {
    readonly name: string
    readonly sentence: string
    readonly examples: readonly string[]
  }[]
}

const FILE = join(ROOT, 'policies/risk-classes.json')
const { classes } = JSON.parse(readFileSync(FILE, 'utf8')) as RiskClassesFile

t.test('the file names the classes that the program knows, weakest first', async t => {
  t.same(
    classes.map(({ name }) => name),
    RISK_CLASSES,
  )
})

t.test('each class has a sentence and examples', async t => {
  for (const { name, sentence, examples } of classes) {
    t.match(sentence, /^[A-Z].*\.$/, name)
    t.ok(examples.length > 0, name)
  }
})
