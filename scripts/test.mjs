// `npm test`: makes the clone ready and runs every check; the last line counts what this run saw.
// Arguments go to tap (`npm test -- test/milter`); the coverage of a part is not held to the whole.
import { spawnSync } from 'node:child_process'
import { setUp } from './setup.mjs'
import { buildTests } from './setup/build.mjs'
import { unpackMailPeers } from './setup/mail-peers.mjs'
import { ROOT } from './setup/root.mjs'
import { say } from './setup/step.mjs'
import { runTap } from './test/run-tap.mjs'

const CHECKS = [
  ['lint and format', 'npm', ['run', '--silent', 'lint']],
  ['generated files', process.execPath, ['scripts/docs.mjs', '--check']],
]

const failed = []
let tests = { passed: 0, failed: 0, complete: false }
if (await succeeds('set-up', prepare)) {
  // What does not compile has no tests to run; the compiler checks the types of all of it.
  const built = await succeeds('types and build', buildTests)
  for (const [name, command, args] of CHECKS) await succeeds(name, () => check(name, command, args))
  if (built) await test()
}
for (const name of failed) say(`failed: ${name}`)
const failures = tests.failed + failed.length
process.exitCode = failures === 0 ? 0 : 1
process.stdout.write(`${tests.passed} passed, ${failures} failed\n`)

async function test() {
  say('running the tests')
  tests = await runTap(process.argv.slice(2))
  if (!tests.complete && tests.failed === 0) failed.push('tap')
}

async function succeeds(name, step) {
  try {
    await step()
    return true
  } catch (thrown) {
    say(thrown.message)
    failed.push(name)
    return false
  }
}

async function prepare() {
  for (const { name, need } of await setUp('test')) say(`Tests that need ${name} fail: ${need}.`)
  await unpackMailPeers()
}

function check(name, command, args) {
  say(`checking ${name}`)
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}`)
}
