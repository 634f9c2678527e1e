import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import { DOORS, importPlugin, registerDoors } from '../../src/host/module.js'
import { LIST_STAGES } from '../../src/host/check-result.js'
import { pluginTemplate } from '../../src/host/plugin-template.js'
import { buildMail } from '../../src/testkit/build-mail.js'
import { runPlugin } from '../../src/testkit/run-plugin.js'

registerDoors(DOORS)

const POSTSEAL = { folder: '/opt/postseal', version: '1.2.3' }

for (const stage of LIST_STAGES) {
  void t.test(
    `the template of a ${stage} plugin loads and reports what its test expects`,
    async t => {
      const files = pluginTemplate(stage, `${stage}/sample`, POSTSEAL)
      const folder = t.testdir()
      const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 }
      const { outputText } = ts.transpileModule(files.get('index.ts') ?? '', {
        compilerOptions,
      })
      writeFileSync(join(folder, 'index.mjs'), outputText)
      const plugin = await importPlugin(pathToFileURL(join(folder, 'index.mjs')).href, 'sample')
      t.equal(plugin.name, `${stage}/sample`)
      const settings = { word: 'Hello' }
      const seen = await runPlugin(plugin, buildMail({ text: 'Hello, Bob' }), {
        settings,
        class: 'high',
      })
      t.equal(seen.labels.length + seen.findings.length + seen.edits.length, 1)
      const none = await runPlugin(plugin, buildMail({ text: 'Good morning' }), { settings })
      t.equal(none.labels.length + none.findings.length + none.edits.length, 0)
    },
  )
}

void t.test('the manual has its four headings and the package its test', async t => {
  const files = pluginTemplate('detect', 'detect/sample', POSTSEAL)
  const headings = (files.get('README.md') ?? '').match(/^## .*$/gm)
  t.strictSame(headings, ['## What it reports', '## Settings', '## Limits', '## Source'])
  t.match(JSON.parse(files.get('package.json') ?? ''), {
    name: 'postseal-detect-sample',
    scripts: { test: /node --test/ },
    files: ['dist/*.js', '!dist/*.test.js', 'README.md'],
    peerDependencies: { postseal: '>=1.2.3' },
    devDependencies: { postseal: 'file:/opt/postseal' },
  })
})
