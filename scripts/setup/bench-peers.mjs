import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.mjs'
import { runStep, say } from './step.mjs'

/** With the mailsplit that it brings along. */
const PEER = { name: 'mailparser', version: '3.14.2' }

const PLACE = join(ROOT, 'var', 'bench')

/**
 * Installs the libraries that the bench compares our reading of a message with, apart from our own
 * packages. Without them the bench measures ours alone.
 */
export async function installBenchPeers() {
  const there = join(PLACE, 'node_modules', PEER.name, 'package.json')
  if (existsSync(there) && JSON.parse(readFileSync(there, 'utf8')).version === PEER.version) return
  mkdirSync(PLACE, { recursive: true })
  writeFileSync(join(PLACE, 'package.json'), '{ "private": true }\n')
  const npm = process.env.npm_execpath
  const [command, ...args] = npm === undefined ? ['npm'] : [process.execPath, npm]
  const options = ['--prefix', PLACE, '--ignore-scripts', '--no-audit', '--no-fund']
  const wanted = `${PEER.name}@${PEER.version}`
  const log = 'bench-peers.log'
  const failure = await runStep(wanted, command, [...args, 'install', ...options, wanted], log)
  if (failure !== undefined) say(`Not there for the comparison: ${wanted}: ${failure}`)
}
