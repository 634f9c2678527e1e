import t from 'tap'
import { mutate } from '../support/mutation-bench.js'
import { checkSumsOf, repaired } from '../support/check-sums.js'
import { allMutants, mutated } from '../support/mutants.js'
import { FAMILIES } from '../support/mutation-samples.js'
import { rar4Of, rar5Of } from '../support/rar-bytes.js'

t.setTimeout(300_000)

const ALWAYS = { system: 'zip', part: '1', verdict: 'encrypted', why: 'everything is' } as const

await t.test('no mutant that opens without a secret is called protected', async t => {
  // `npm run mutate` looks at all of them, and at the labelled samples.
  const { tallies, troubles } = await mutate({ seed: 1, perSample: 25 })
  t.same(
    troubles.map(({ where, what }) => `${where}: ${what}`),
    [],
  )
  t.same(
    tallies.map(({ family }) => family),
    FAMILIES,
  )
  for (const { family, mutants, claimed, asked } of tallies) {
    t.ok(mutants >= 50, `${family}: ${mutants} mutants`)
    t.ok(claimed > 5, `${family}: ${claimed} of them are said to be protected`)
    if (family !== 'office' && family !== 'odf' && family !== 'rms')
      t.ok(asked > 5, `${family}: the oracle was asked about ${asked}`)
  }
})

await t.test('detectors that call everything protected are caught, by every oracle', async t => {
  const { troubles } = await mutate({ seed: 1, perSample: 2, look: async () => [ALWAYS] })
  for (const family of FAMILIES) {
    const [first] = troubles.filter(({ where }) => where.startsWith(`${family}, `))
    t.match(first?.what, /is said to be protected/, family)
  }
})

await t.test('detectors that throw are caught', async t => {
  const look = async (message: Buffer): Promise<readonly never[]> => {
    if (message.length < 150) throw new RangeError('too short')
    return []
  }
  const { troubles } = await mutate({ seed: 1, perSample: 100, family: 'pgp', look })
  t.match(troubles[0], { what: 'threw RangeError: too short' })
})

await t.test('every byte is changed to several values, and every length is cut', t => {
  const file = Buffer.from([7, 0])
  const mutants = allMutants(file, 1).map(mutant => [...mutated(file, mutant)])
  for (const want of [[], [7], [0, 0], [0xff, 0], [6, 0], [0x87, 0], [7, 0xff], [7, 1], [7, 0x80]])
    t.ok(
      mutants.some(mutant => mutant.join() === want.join()),
      `[${want.join()}]`,
    )
  t.notOk(
    mutants.some(mutant => mutant.join() === '7,0'),
    'none is the file itself',
  )
  const large = allMutants(Buffer.alloc(20_000, 1), 1)
  t.notOk(
    large.some(({ at }) => at >= 4096 && at < 20_000 - 4096),
    'the middle is left out',
  )
  t.same(
    [Math.min(...large.map(({ at }) => at)), Math.max(...large.map(({ at }) => at))],
    [0, 19_999],
  )
  t.end()
})

await t.test('behind a check sum that is made right, the header is looked at', t => {
  for (const file of [rar5Of([{}]), rar4Of([{ password: 'geheim' }, {}])]) {
    const sums = checkSumsOf(file)
    t.equal(sums.length, file.equals(rar5Of([{}])) ? 3 : 4)
    t.same(repaired(file, sums), file, 'the sums of a good file are right')
    const at = (sums[1]?.from ?? 0) + 3
    t.ok(allMutants(file, 1).some(mutant => mutant.at === at && mutant.isRepaired === true))
    const changed = mutated(file, { at, value: 9, isRepaired: true })
    t.not(changed.readUInt16LE(sums[1]?.at ?? 0), file.readUInt16LE(sums[1]?.at ?? 0))
  }
  t.end()
})
