import t from 'tap'
import { fuzz, kindOf, shrunk } from '../support/fuzz-loop.js'
import { FUZZ_TARGETS, type FuzzTarget } from '../support/fuzz-targets.js'

/** Changed inputs of each target; `npm run fuzz` runs as many as time allows. */
const RUNS = 100

await t.test('no reader throws, and none calls readable content protected', async t => {
  let seen = 0
  for (const target of FUZZ_TARGETS) {
    const seeds = target.seeds().length
    const report = await fuzz(target, {
      seed: 20,
      maxBytes: 8192,
      isOver: ({ executions }) => executions >= seeds + RUNS,
    })
    for (const failure of report.failures) {
      const smallest = await shrunk(target, failure, 300)
      t.fail(`${target.name}: ${kindOf(failure.error)}`, { input: smallest.toString('base64') })
    }
    t.equal(report.executions, seeds + RUNS, target.name)
    seen += 1
  }
  t.equal(seen, 16)
})

await t.test('a reader that throws is caught, and its input made small', async t => {
  const target: FuzzTarget = {
    name: 'sample',
    seeds: () => [Buffer.from('a letter with a secret in it, and more behind')],
    async run(bytes) {
      if (bytes.includes('secret')) throw new Error('found 1')
      return 'fine'
    },
  }
  const { failures } = await fuzz(target, { seed: 1, isOver: ({ executions }) => executions > 9 })
  const [failure] = failures
  t.equal(failures.length, 1, 'the same failure counts once')
  if (failure === undefined) return
  t.match(kindOf(failure.error), /^Error: found N\n/)
  t.equal((await shrunk(target, failure)).toString(), 'secret')
})

await t.test('the same seed makes the same inputs, and what is new is kept', async t => {
  const target: FuzzTarget = {
    name: 'sample',
    seeds: () => [Buffer.from('a letter of some length')],
    run: async () => 'fine',
  }
  const inputsOf = async (seed: number): Promise<string[]> => {
    const inputs: string[] = []
    await fuzz(target, {
      seed,
      isOver: ({ executions }) => executions >= 20,
      onInput: input => inputs.push(input.toString('hex')),
    })
    return inputs
  }
  t.same(await inputsOf(3), await inputsOf(3))
  t.not((await inputsOf(3)).join(), (await inputsOf(4)).join())

  const runs = new Uint32Array(2)
  const coverage = { runs, used: 2, words: new Set<string>(), pairs: [] }
  const found: Buffer[] = []
  const { inputs, places } = await fuzz(
    {
      name: 'sample',
      seeds: () => [Buffer.from([0])],
      async run([first = 0]) {
        runs[first > 127 ? 1 : 0] = 1
        return 'fine'
      },
    },
    {
      seed: 1,
      coverage,
      isOver: ({ executions }) => executions >= 200,
      onNew: input => found.push(input),
    },
  )
  t.same([inputs, places, found.length], [2, 2, 1], 'one input reached the second place')
})
