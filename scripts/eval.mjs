// `npm run eval`: makes the clone ready, then hands over to bench/classes/main.ts.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTree } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

const HELP = `Usage: npm run eval -- [--write] [--blind] [--learn half|all]

Shows the mails in eval/ to all classifiers, those that are off by default too, and says how often the class is
right: the confusion matrix, precision and recall by class and language. The blind set was written by
somebody who did not know the dictionaries; its figures stand apart. The evasion set shows what is
found of words that somebody hides.

  --blind  the blind set too (so does --write)
  --learn  learns the weights of words, from half of eval/train or all of it, and writes policies/words/weights.tsv
  --write  writes docs/reference/classification-figures.md and the table in README.md
`

try {
  const args = process.argv.slice(2)
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      write: { type: 'boolean' },
      blind: { type: 'boolean' },
      learn: { type: 'string' },
    },
  })
  if (values.help === true) process.stdout.write(HELP)
  else {
    await setUp('eval')
    await buildTree()
    process.exitCode = await handOver([join(ROOT, 'dist/bench/classes/main.js'), ...args])
  }
} catch (thrown) {
  say(`The evaluation cannot start: ${thrown.message}`)
  process.exitCode = 1
}
