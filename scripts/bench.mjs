// `npm run bench`: makes the clone ready, then hands over to bench/main.ts.
import { join } from 'node:path'
import { setUp } from './setup.mjs'
import { installBenchPeers } from './setup/bench-peers.mjs'
import { buildTree } from './setup/build.mjs'
import { handOver } from './setup/hand-over.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'

try {
  for (const { name, need } of await setUp('bench')) say(`Not there: ${name} (${need})`)
  await installBenchPeers()
  await buildTree()
  process.exitCode = await handOver([join(ROOT, 'dist/bench/main.js'), ...process.argv.slice(2)])
} catch (thrown) {
  say(`The bench cannot start: ${thrown.message}`)
  process.exitCode = 1
}
