import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { markedBlocks } from '../support/marked-blocks.js'
import { installInto, runLine } from '../support/plugin-package.js'
import { ROOT } from '../support/tree-sources.js'

const PAGE = readFileSync(join(ROOT, 'docs/reference/plugin-api.md'), 'utf8')

void t.test('every example of the page compiles and does what it says', async t => {
  const folder = t.testdir()
  installInto(folder)
  mkdirSync(join(folder, 'examples'))
  const blocks = markedBlocks(PAGE).filter(({ mark }) => mark === 'runs')
  for (const [index, { text }] of blocks.entries())
    writeFileSync(join(folder, 'examples', `${index + 1}.test.ts`), text)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noUncheckedIndexedAccess: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
        rootDir: '.',
        outDir: 'dist',
        types: ['node'],
      },
      include: ['examples'],
    }),
  )
  const compiled = runLine('node_modules/.bin/tsc', folder)
  if (compiled.code !== 0) t.fail(compiled.out)
  const run = runLine(`"${process.execPath}" --test dist`, folder)
  if (run.code !== 0) t.fail(run.out)
  t.match(run.out, new RegExp(`^# pass ${blocks.length}$`, 'm'))
  t.ok(blocks.length >= 6, `${blocks.length} examples`)
})
