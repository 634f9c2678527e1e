import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.mjs'
import { runStep } from './step.mjs'

const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']
const PROGRAM = ['src', 'plugins', 'sandbox', 'demo', 'bench']
const WITH_TESTS = [...PROGRAM, 'test']
/** Say in dist/ what it was made from. */
const PROGRAM_STAMP = join(ROOT, 'dist', '.program-from')
const TESTS_STAMP = join(ROOT, 'dist', '.tests-from')

/** Compiles the program to dist/, unless dist/ was made from just these sources. */
export async function buildTree() {
  if (isBuilt(PROGRAM_STAMP, PROGRAM)) return
  await compile(PROGRAM, 'build')
  writeFileSync(PROGRAM_STAMP, fingerprint(PROGRAM))
}

/** Compiles the program and its tests, likewise. */
export async function buildTests() {
  if (isBuilt(TESTS_STAMP, WITH_TESTS)) return
  await compile(WITH_TESTS, 'build:tests')
  writeFileSync(PROGRAM_STAMP, fingerprint(PROGRAM))
  writeFileSync(TESTS_STAMP, fingerprint(WITH_TESTS))
}

function isBuilt(stamp, folders) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(folders)
}

/** What was compiled is emptied before, so that nothing of a source that is gone stays behind. */
async function compile(folders, script) {
  for (const folder of folders) rmSync(join(ROOT, 'dist', folder), { recursive: true, force: true })
  const failure = await runStep('build', 'npm', ['run', '--silent', script], 'build.log')
  if (failure !== undefined) throw new Error(`the build failed:\n${failure}`)
}

/** Names and contents of all that the compiler reads, in 100 ms or less. */
function fingerprint(folders) {
  const hash = createHash('sha256')
  for (const path of [...SETTINGS, ...folders.flatMap(sourceFiles)]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

function sourceFiles(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name))
    .sort()
}
