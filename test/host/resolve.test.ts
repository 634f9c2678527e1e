import { join } from 'node:path'
import t from 'tap'
import { STAGES } from '../../src/host/plugin.js'
import { resolvePlugin } from '../../src/host/resolve.js'
import { shippedPlugins } from '../../src/host/shipped.js'

void t.test('the shipped plugins are listed in the order of the stages', async t => {
  const names = shippedPlugins()
  t.ok(names.includes('classify/header') && names.includes('rewrite/mark'))
  const placeOf = (name: string): string =>
    `${STAGES.findIndex(stage => name.startsWith(`${stage}/`))} ${name}`
  t.strictSame(
    names,
    [...names].sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1)),
  )
  t.match(resolvePlugin('classify/header', '/'), { shipped: true, entry: 'classify/header' })
  t.equal(resolvePlugin('classify/absent', '/'), undefined)
})

void t.test('modules are found by file, folder and package', async t => {
  const directory = t.testdir({
    'one.mjs': '',
    folder: { 'index.js': '' },
    built: { 'package.json': '{"main":"lib/x.js"}', lib: { 'x.js': '' } },
    node_modules: {
      '@acme': {
        p: { 'package.json': '{"exports":{".":{"types":"x","default":"./m.js"}}}', 'm.js': '' },
      },
      broken: { 'package.json': '{"exports":"./absent.js"}' },
      bare: { 'package.json': '{"exports":"./b.js"}', 'b.js': '' },
    },
    etc: {},
  })
  const CASES: readonly (readonly [string, string | undefined])[] = [
    ['./one.mjs', 'one.mjs'],
    ['./folder', 'folder/index.js'],
    ['./built', 'built/lib/x.js'],
    [join(directory, 'one.mjs'), 'one.mjs'],
    ['@acme/p', 'node_modules/@acme/p/m.js'],
    ['bare', 'node_modules/bare/b.js'],
    ['broken', undefined],
    ['absent', undefined],
    ['./absent.mjs', undefined],
    ['../../etc/passwd:x', undefined],
    ['Not A Name', undefined],
  ]
  for (const [entry, want] of CASES) {
    const found = resolvePlugin(entry, directory)
    t.equal(found?.file, want === undefined ? undefined : join(directory, want), entry)
    if (found !== undefined) t.equal(found.shipped, false)
  }
  t.equal(resolvePlugin('bare', join(directory, 'etc'))?.entry, 'bare', 'from a folder below')
})
