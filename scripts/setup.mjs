import { installPackages, missingPackages } from './setup/debian-packages.mjs'
import { installModules, modulesAreMissing } from './setup/npm-packages.mjs'
import { say } from './setup/step.mjs'

/**
 * Installs what a fresh clone needs for one purpose; where everything is there, it says nothing and
 * costs half a second. Runs on bare Node, since no npm package may be there yet.
 *
 * Shape   `purpose` is 'demo', 'test', 'bench', 'compare' or 'eval'.
 * Gives   what could not be had: a list of `{ name, need }`, empty when all is there.
 * Throws  an Error that a person can act on when the npm packages cannot be had.
 */
export async function setUp(purpose) {
  const withModules = await modulesAreMissing()
  const lacking = await debianPackages(withModules ? [purpose, 'build'] : [purpose])
  if (withModules) await installModules()
  return lacking
}

async function debianPackages(purposes) {
  const wanted = missingPackages(purposes)
  if (wanted.length === 0) return []
  say(`Not on this machine yet: ${wanted.map(({ name }) => name).join(', ')}`)
  for (const { name, need } of wanted) say(`  ${name.padEnd(14)} ${need}`)
  const refusal = await installPackages(wanted.map(({ name }) => name))
  if (refusal !== undefined) say(`They cannot be installed: ${refusal}`)
  return missingPackages(purposes)
}
