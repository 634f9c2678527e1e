import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { ROOT } from '../support/tree-sources.js'

const program = pathToFileURL(join(ROOT, 'scripts', 'fuzz', 'instrument.mjs')).href
const { instrument } = (await import(program)) as { instrument: (code: string) => string }

type Run = (input: unknown) => unknown

const SAMPLES: readonly (readonly [name: string, code: string])[] = [
  ['if and else', 'export function run(x) { if (x === 1) return "a"; else if (x) { return 2 } }'],
  ['a condition', "export const run = x => x !== 1 ? x ?? 'none' : { a: x || 3, b: x && 4 }"],
  ['arms of one name', 'export const run = x => (x === 1 ? x : NaN) + (x?1:2)'],
  [
    'a loop',
    'export function run(x) { let n=0; for (const a of [1,x]) n+=a; while(n>9) n-=3; return n }',
  ],
  [
    'a switch',
    'export function run(x) { switch (x) { case 1: { return 5 } default: return x==="b" } }',
  ],
  ['an error', 'export function run(x) { try { x.y.z() } catch { return "caught" } return 0 }'],
  [
    'what waits',
    'export async function run(x) { const y = (await x) === 1 || (await null); return [y, x===1===true] }',
  ],
  [
    'a class',
    'export const run = x => new (class { #a = x; get a() { return this.#a ??= 7 } })().a',
  ],
]

await t.test('instrumented code does what it did, on the same lines, and is counted', async t => {
  const runs = new Uint8Array(100)
  const compared: unknown[] = []
  const words: unknown[] = []
  const tool = {
    module: (about: { readonly words: readonly unknown[] }) => {
      words.push(...about.words)
      return runs
    },
    same: (a: unknown, b: unknown) => {
      compared.push([a, b])
      return a === b
    },
  }
  Reflect.set(globalThis, 'postsealFuzz', tool)
  try {
    for (const [name, code] of SAMPLES) {
      const [plain, changed] = [await load(code), await load(instrument(code))]
      for (const input of [1, 0, 'b', null, undefined, 20]) {
        runs.fill(0)
        t.same(await changed(input), await plain(input), `${name}: ${String(input)}`)
        t.ok(
          runs.some(count => count > 0),
          `${name}: it is counted`,
        )
      }
      t.equal(instrument(`\n\n${code}\n`).split('\n').length, 4, `${name}: lines stay`)
    }
  } finally {
    Reflect.deleteProperty(globalThis, 'postsealFuzz')
  }
  t.ok(compared.some(pair => JSON.stringify(pair) === '["b",1]'))
  t.ok(words.includes('caught'))
})

async function load(code: string): Promise<Run> {
  const url = `data:text/javascript,${encodeURIComponent(code)}`
  return ((await import(url)) as { run: Run }).run
}
