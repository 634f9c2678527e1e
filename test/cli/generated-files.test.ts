import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { generatedFiles } from '../../src/cli/generated-files.js'
import { packageRoot } from '../../src/config/root.js'

void t.test('the files in the tree are those that the catalogues make', async t => {
  const files = await generatedFiles()
  for (const [file, text] of files) {
    t.equal(readFileSync(join(packageRoot(), file), 'utf8'), text, `${file}: npm run docs`)
  }
  t.ok(files.size >= 7)
})
