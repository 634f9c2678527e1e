import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../setup/root.mjs'
import { LOGS, say } from '../setup/step.mjs'
import { groupFiles } from './group-files.mjs'
import { createTapCount } from './tap-count.mjs'

/**
 * Runs the compiled tests and shows one line a test file, and of a file that failed what failed in it.
 *
 * Gives   `{ passed, failed, complete }`: assertions as counted in the output of this run;
 *         `complete` is false when tap itself was not content (coverage, a crash, no tests).
 */
export async function runTap(given) {
  mkdirSync(LOGS, { recursive: true })
  const log = createWriteStream(join(LOGS, 'tap.log'))
  const what = given.length > 0 ? ['--disable-coverage', ...given.map(compiledPath)] : groupFiles()
  const tap = join(ROOT, 'node_modules/tap/dist/esm/run.mjs')
  const child = spawn(process.execPath, [tap, '--reporter=tap', ...what], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const code = new Promise(done => {
    child.once('error', () => done(127))
    child.once('close', ended => done(ended ?? 1))
  })
  const count = createTapCount()
  for await (const line of createInterface({ input: child.stdout })) {
    log.write(`${line}\n`)
    count.read(line)
    show(line, count)
  }
  log.end()
  const { passed, failed } = count
  return { passed, failed, complete: (await code) === 0 && passed > 0 }
}

/** `test/x/y.test.ts` is run as `dist/test/x/y.test.js`, and a folder as all that is in it. */
function compiledPath(arg) {
  if (!/^(?:\.\/)?test(?:\/|$)/.test(arg)) return arg
  const path = join('dist', arg)
  return arg.endsWith('.ts') ? path.replace(/\.ts$/, '.js') : join(path, '**/*.test.js')
}

/** The lines of the file at hand that tell of a failure. */
let failures = []

function show(line, count) {
  if (count.failing) failures.push(line)
  const file = /^(not ok|ok) \d+ - (\S+)(?: # time=(\S+))?/.exec(line)
  if (file !== null) {
    say(`${file[1] === 'ok' ? '  ok    ' : '  FAILED'} ${file[2]} ${file[3] ?? ''}`)
    for (const failure of failures) say(`    ${failure}`)
    failures = []
  } else if (count.afterTests) {
    say(line)
  }
}
