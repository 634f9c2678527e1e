import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { inputFiles } from '../../src/cli/input-files.js'

t.test('folders are entered, sorted; what does not exist is left to whoever reads it', async t => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'day/sub'), { recursive: true })
  for (const name of ['day/b.eml', 'day/a.eml', 'day/sub/c.eml', 'one.eml']) {
    writeFileSync(join(folder, name), '')
  }
  const named = ['one.eml', 'day', 'absent.eml'].map(name => join(folder, name))
  t.strictSame(
    await inputFiles(named),
    ['one.eml', 'day/a.eml', 'day/b.eml', 'day/sub/c.eml', 'absent.eml'].map(name =>
      join(folder, name),
    ),
  )
})
