// `npm run demo`: makes the clone ready, then hands over to demo/main.ts.
import { join } from 'node:path'
import { setUp } from './setup.mjs'
import { buildTree } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

try {
  await setUp('demo')
  await buildTree()
  process.exitCode = await handOver([join(ROOT, 'dist/demo/main.js'), ...process.argv.slice(2)])
} catch (thrown) {
  say(`The demo cannot start: ${thrown.message}`)
  process.exitCode = 1
}
