import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readSeed, writeSeed } from '../../../src/seal/random/seed-file.js'

t.test('what was written is read, by its owner alone', async t => {
  const folder = t.testdir()
  const file = join(folder, 'seed')
  await writeSeed(file, Buffer.alloc(64, 1))
  await writeSeed(file, Buffer.alloc(64, 2))
  t.same(await readSeed(file), Buffer.alloc(64, 2))
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.same(readdirSync(folder), ['seed'], 'and nothing is left beside it')
})

t.test('what is no seed is not used', async t => {
  const folder = t.testdir()
  t.equal(await readSeed(join(folder, 'none')), undefined)
  t.equal(await readSeed(folder), undefined, 'a directory')
  for (const length of [0, 63, 65, 1000]) {
    const file = join(folder, `seed-${length}`)
    writeFileSync(file, Buffer.alloc(length))
    t.equal(await readSeed(file), undefined, `${length} bytes`)
  }
})

t.test('a seed that cannot be replaced is an error, and the old one stays', async t => {
  const folder = t.testdir({ seed: { inside: 'x' } })
  await t.rejects(writeSeed(join(folder, 'none', 'seed'), Buffer.alloc(64)), {
    code: 'ERR_SEAL_SEED_FILE',
    temporary: true,
  })
  await t.rejects(writeSeed(join(folder, 'seed'), Buffer.alloc(64)), { code: 'ERR_SEAL_SEED_FILE' })
  t.same(readdirSync(folder), ['seed'], 'nothing half-written is left')
  t.equal(readFileSync(join(folder, 'seed', 'inside'), 'utf8'), 'x')
  mkdirSync(join(folder, 'other'))
  t.equal(await readSeed(join(folder, 'other')), undefined)
})
