import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { CdbWriter } from '../../src/maps/cdb-writer.js'
import { postfixRunner } from '../../src/postfix/run.js'

async function bench(t: Test) {
  const directory = await mkdtemp(join(tmpdir(), 'cdb-'))
  t.teardown(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'main.cf'), 'compatibility_level = 3.6\n')
  const run = postfixRunner({ config_directory: directory, command_directory: '/usr/sbin' })
  const written = (name: string, entries: readonly (readonly [string, string])[]): string => {
    const file = join(directory, `${name}.cdb`)
    const writer = new CdbWriter(file)
    for (const [key, value] of entries) writer.add(key, value)
    writer.finish()
    writer.close()
    return file
  }
  return { directory, run, written }
}

t.test('postmap finds what is written, all of it and nothing else', async t => {
  const { directory, run, written } = await bench(t)
  const entries = Array.from(
    { length: 5000 },
    (_, index) => [`d${index}.example`, `secure match=mx${index}.example`] as const,
  )
  written('many', entries)
  const map = `cdb:${join(directory, 'many')}`
  const asked = [...entries.map(([key]) => key), 'd5000.example', 'example', '']
  const { stdout } = await run('postmap', ['-q', '-', map], { input: asked.join('\n') })
  t.same(
    stdout.trimEnd().split('\n'),
    entries.map(([key, value]) => `${key}\t${value}`),
  )
})

t.test('it is what postmap makes of the same entries, byte for byte', async t => {
  const { directory, run, written } = await bench(t)
  const entries = [
    ['.example', 'none'],
    ['[127.0.0.1]:10027', 'none'],
    ['a.example', 'dane-only'],
  ] as const
  const own = await readFile(written('own', entries))
  const text = join(directory, 'theirs')
  await writeFile(text, entries.map(([key, value]) => `${key} ${value}\n`).join(''))
  t.match(await run('postmap', [`cdb:${text}`]), { code: 0 })
  t.same(own, await readFile(`${text}.cdb`))
})

t.test('any keys are found again, also in a map without any', async t => {
  const { written } = await bench(t)
  t.equal((await stat(written('empty', []))).size, 2048)
  let count = 0
  const key = fc.string({ minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { maxLength: 300 }), async keys => {
      const file = await readFile(
        written(
          `p${count++}`,
          keys.map((one, index) => [one, String(index)]),
        ),
      )
      for (const [index, one] of keys.entries()) if (look(file, one) !== String(index)) return false
      return look(file, 'x'.repeat(41)) === undefined
    }),
    { numRuns: 50 },
  )
})

t.test('what cannot be held is refused', async t => {
  const { directory } = await bench(t)
  const writer = new CdbWriter(join(directory, 'long.cdb'))
  t.throws(() => writer.add('a', 'x'.repeat(300_000)), RangeError)
  writer.close()
})

/** A reader of its own, after the description of the format. */
function look(file: Buffer, key: string): string | undefined {
  let hash = 5381n
  for (const byte of Buffer.from(key, 'latin1')) hash = ((hash * 33n) & 0xffff_ffffn) ^ BigInt(byte)
  const table = Number(hash & 0xffn) * 8
  const place = file.readUInt32LE(table)
  const slots = file.readUInt32LE(table + 4)
  for (let step = 0; step < slots; step += 1) {
    const slot = place + (((Number(hash >> 8n) % slots) + step) % slots) * 8
    const at = file.readUInt32LE(slot + 4)
    if (at === 0) return undefined
    if (BigInt(file.readUInt32LE(slot)) !== hash) continue
    const [keyEnd, valueLength] = [at + 8 + file.readUInt32LE(at), file.readUInt32LE(at + 4)]
    if (file.toString('latin1', at + 8, keyEnd) === key)
      return file.toString('latin1', keyEnd, keyEnd + valueLength)
  }
  return undefined
}
