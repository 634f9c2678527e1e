import { readFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './root.mjs'
import { runStep, say } from './step.mjs'

/**
 * Whether node_modules differs from package-lock.json, or was built for another Node.
 *
 * npm leaves a copy of what it installed in node_modules; optional packages for other systems are
 * rightly not in it.
 */
export async function modulesAreMissing() {
  const wanted = await packagesIn('package-lock.json')
  const there = await packagesIn('node_modules/.package-lock.json')
  const differs = Object.entries(wanted).some(
    ([path, { version, optional }]) =>
      path !== '' && there[path]?.version !== version && !(optional && there[path] === undefined),
  )
  return differs || !databaseLoads()
}

/** `npm ci`; throws with the end of its log when it fails. */
export async function installModules() {
  say('Installing npm packages as package-lock.json names them (better-sqlite3 may be compiled:')
  say('one to two minutes).')
  const npm = process.env.npm_execpath
  const [command, ...args] = npm === undefined ? ['npm'] : [process.execPath, npm]
  const failure = await runStep(
    'npm packages',
    command,
    [...args, 'ci', '--no-progress'],
    'npm.log',
  )
  if (failure !== undefined) throw new Error(`npm ci failed: ${failure}`)
  if (!databaseLoads())
    throw new Error('better-sqlite3 does not load: python3, make and g++ are needed to compile it')
}

async function packagesIn(file) {
  try {
    return JSON.parse(await readFile(join(ROOT, file), 'utf8')).packages
  } catch (thrown) {
    if (thrown?.code === 'ENOENT') return {}
    throw thrown
  }
}

/** In a process of its own, because a module built for another Node may end the process. */
function databaseLoads() {
  const program = `new (require('better-sqlite3'))(':memory:').close()`
  return spawnSync(process.execPath, ['-e', program], { cwd: ROOT, stdio: 'ignore' }).status === 0
}
