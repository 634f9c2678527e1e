import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../src/config/root.js'
import { Fortuna } from '../../src/seal/random/fortuna.js'

/** What a generator is told, and is asked for at a time in milliseconds. */
export type Step =
  | { readonly seed: string }
  | { readonly add: readonly [source: number, pool: number, event: string] }
  | { readonly bytes: number; readonly ms: number }

/** What the second reading of the book, in Python, gives: one hexadecimal line for each request. */
export function askPeer(steps: readonly Step[]): readonly string[] {
  const program = join(packageRoot(), 'test/support/fortuna-peer.py')
  const input = steps.map(step => `${JSON.stringify(step)}\n`).join('')
  const { status, stdout, stderr } = spawnSync('python3', [program], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the program in Python ended with ${status}: ${stderr}`)
  return stdout.split('\n').slice(0, -1)
}

/** What ours gives for the same. */
export function askOurs(steps: readonly Step[]): readonly string[] {
  let ms = 0
  const fortuna = new Fortuna(() => ms)
  const given: string[] = []
  for (const step of steps) {
    if ('seed' in step) fortuna.seed(Buffer.from(step.seed, 'hex'))
    else if ('add' in step) fortuna.add(step.add[0], step.add[1], Buffer.from(step.add[2], 'hex'))
    else {
      ms = step.ms
      given.push(fortuna.bytes(step.bytes).toString('hex'))
    }
  }
  return given
}
