import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { ROOT } from '../support/tree-sources.js'

interface Module {
  readonly planGroups: (
    files: readonly string[],
    textOf: (file: string) => string,
  ) => { readonly alone: readonly string[]; readonly groups: ReadonlyMap<string, string> }
}

const FILE = pathToFileURL(join(ROOT, 'scripts/test/group-files.mjs')).href
const { planGroups } = (await import(FILE)) as Module

const TEXTS: Readonly<Record<string, string>> = {
  'x/a.test.js': "t.test('a')",
  'x/b.test.js': "t.test('b', async t => t.setTimeout(5))",
  'x/c.test.js': 't.setTimeout(5)',
  'x/d.test.js': 'await enterNamespace()',
  'x/y/e.test.js': "process.env['HOME'] = '/'",
  'x/y/f.test.js': "t.test('f')",
  'x/y/g.test.js': 't.teardown(() => box.close())',
}

t.test('each file runs once: alone where it has to, else with those of its folder', t => {
  const { alone, groups } = planGroups(Object.keys(TEXTS), file => TEXTS[file] ?? '')
  t.same(alone, ['x/c.test.js', 'x/d.test.js', 'x/y/e.test.js', 'x/y/g.test.js'])
  t.same([...groups.keys()], ['x/group.js', 'x/y/group.js'])
  const imported = /^await add\(\(\) => import\('\.\/(.*)'\)\)$/gm
  const members = [...groups.values()].map(text => [...text.matchAll(imported)].map(([, it]) => it))
  t.same(members, [['a.test.js', 'b.test.js'], ['f.test.js']])
  t.end()
})
