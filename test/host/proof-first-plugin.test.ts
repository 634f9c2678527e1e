import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { markedBlocks } from '../support/marked-blocks.js'
import { installInto, pathWithCommand, runLine } from '../support/plugin-package.js'
import { ROOT } from '../support/tree-sources.js'

void t.test('who follows docs/guide/first-plugin.md has a plugin that works', async t => {
  const start = t.testdir()
  const path = pathWithCommand(start)
  const page = readFileSync(join(ROOT, 'docs/guide/first-plugin.md'), 'utf8')
  let folder = start
  const outputs = new Map<string, string>()
  for (const { mark, text } of markedBlocks(page)) {
    const file = /^file: ([\w.]+)$/.exec(mark)?.[1]
    if (file !== undefined) {
      writeFileSync(join(folder, file), text)
      continue
    }
    for (const line of text.trim().split('\n')) {
      const into = /^cd ([\w-]+)$/.exec(line)?.[1]
      if (into !== undefined) folder = join(folder, into)
      // The packages that it brings are there already; tests use no network.
      else if (line === 'npm install') installInto(folder)
      else {
        const { code, out, err } = runLine(line, folder, path)
        if (code !== 0) t.fail(`${line}: ${out}${err}`)
        outputs.set(line.replace(/ --set .*/, ''), out)
      }
    }
  }
  t.match(outputs.get('npm test'), /^# pass 9$/m)
  t.match(JSON.parse(outputs.get('postseal plugins try . letter.eml') ?? ''), {
    plugin: 'classify/project-names',
    class: 'high',
  })
  t.match(
    outputs.get('postseal plugins --config milter.conf'),
    /^classify\/project-names +0\.1\.0 {2}worker/m,
  )
  const checked = outputs.get('postseal check --config milter.conf letter.eml')
  t.match(checked, /class +high/)
  t.match(checked, /classify\/project-names/)
})
