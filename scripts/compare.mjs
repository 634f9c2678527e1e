// `npm run compare`: makes the clone ready, then hands over to bench/rspamd/main.ts.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setUp } from './setup.mjs'
import { buildTree } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

const HELP = `Usage: npm run compare -- [--folder DIR] [--write]

Shows the same mails to Postseal and to rspamd and sets side by side what each says is encrypted. The
Debian package rspamd is installed when it is missing, and not started as a service: an rspamd of our
own runs for as long as it takes, on a socket under var/, without network.

  --folder DIR  mails and other files; a file that is no mail is attached to one. With a manifest.csv
                (file,kind,expected_verdict) in it, that says what is right. Without --folder: the
                labelled samples in ../shared/corpus when they are there, else the mails of the demo
  --write       writes docs/reference/compared-with-rspamd.md; else the page goes to the terminal

Examples:
  npm run compare
  npm run compare -- --folder ~/mails
`

try {
  const args = process.argv.slice(2)
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      folder: { type: 'string' },
      write: { type: 'boolean' },
    },
  })
  if (values.help === true) process.stdout.write(HELP)
  else {
    const lacking = await setUp('compare')
    if (lacking.length > 0) throw new Error(`${lacking[0].name} is not there`)
    await buildTree()
    process.exitCode = await handOver([join(ROOT, 'dist/bench/rspamd/main.js'), ...args])
  }
} catch (thrown) {
  say(`The comparison cannot start: ${thrown.message}`)
  process.exitCode = 1
}
