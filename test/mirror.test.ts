import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import t from 'tap'
import { ERRORS } from '../src/errors.js'
import { filesBelow, importsOf, ROOT, textOf } from './support/tree-sources.js'

/** Tests of several files at once; each says by its place or name what it proves. */
const OF_THE_WHOLE =
  /^test\/(?:rooms|mirror|cycle|packaging)\.test\.ts$|^test\/(?:policies|sandbox|demo|scripts|bench)\/|^test\/\w+\/proof-/

const HALF_DONE =
  /\b(?:TODO|FIXME|XXX)\b|\bas any\b|@ts-(?:ignore|nocheck)|(?:oxlint|eslint|prettier)-(?:disable|ignore)|\bt(?:est)?\.(?:only|todo)\(|catch\s*(?:\(\w+\)\s*)?\{\s*\}/

const CODE_FOLDERS = ['src', 'plugins', 'examples', 'sandbox', 'demo', 'bench', 'scripts']
/** Catalogues of the rooms that import nothing of ours. */
const OWN_CATALOGUES = ['src/milter/milter-error.ts', 'src/message/message-error.ts']

/** What the package exports, by the name that a test may use for it. */
const DOORS: Readonly<Record<string, string>> = {
  'postseal/milter': 'src/milter/index.ts',
  'postseal/plugin': 'src/host/index.ts',
  'postseal/testkit': 'src/testkit/index.ts',
}

/** Run in a process or thread of their own, by the tests of the files that start them. */
const STARTED_AS_PROGRAMS = new Set(['src/cli/main.ts', 'src/host/worker.ts'])

const TESTS = filesBelow('test', '.test.ts')
const SOURCES = ['src', 'plugins'].flatMap(folder => filesBelow(folder, '.ts'))

await t.test('every source file is reached by a test of its own room', async t => {
  const reached = new Set<string>()
  for (const test of TESTS) reach(test, reached)
  const missing = SOURCES.filter(hasFunctions).filter(
    path => !reached.has(path) && !STARTED_AS_PROGRAMS.has(path),
  )
  t.same(missing, [])
  t.ok(SOURCES.length > 20, `looked at ${SOURCES.length} files`)
})

await t.test('every test has a source file, or is one of those that prove the whole', async t => {
  const known = new Set(SOURCES.flatMap(testsOf))
  t.same(
    TESTS.filter(path => !known.has(path) && !OF_THE_WHOLE.test(path)),
    [],
  )
  t.ok(TESTS.length > 20, `looked at ${TESTS.length} tests`)
})

await t.test('every code of an error that is named exists, and every one is used', async t => {
  const own = OWN_CATALOGUES.flatMap(path => codesIn(textOf(path)))
  const known = new Set([...Object.keys(ERRORS), ...own])
  const used = new Set<string>()
  for (const path of [...SOURCES, ...filesBelow('docs', '.md')]) {
    const text = textOf(path)
    for (const code of new Set(codesIn(text)))
      if (!known.has(code)) t.fail(`${path} names ${code}, which is in no catalogue`)
    if (!path.endsWith('.ts') || path === 'src/errors.ts') continue
    for (const code of known) if (text.includes(code)) used.add(code)
  }
  t.same(
    [...known].filter(code => !used.has(code)),
    [],
    'no code without a use',
  )
})

await t.test('no file is longer than 400 lines', async t => {
  const files = CODE_FOLDERS.flatMap(folder => filesBelow(folder)).filter(isCode)
  for (const path of files) {
    const lines = textOf(path).split('\n').length - 1
    if (lines > 400) t.fail(`${path} has ${lines} lines; look for the second idea in it`)
  }
  t.ok(files.length > 20, `looked at ${files.length} files`)
})

await t.test('nothing names the machine that it was written on', async t => {
  const files = everything()
  const words = wordsOfThisMachine()
  for (const path of files) {
    const text = textOf(path)
    for (const word of words) if (text.includes(word)) t.fail(`${path} names ${word}`)
  }
  t.ok(files.length > 50, `looked at ${files.length} files for ${words.join(', ')}`)
})

await t.test('nothing is left half done or hushed up', async t => {
  const files = [...CODE_FOLDERS, 'test'].flatMap(folder => filesBelow(folder)).filter(isCode)
  for (const path of files) {
    if (path === 'test/mirror.test.ts') continue
    const found = HALF_DONE.exec(textOf(path))
    if (found !== null) t.fail(`${path} has ${JSON.stringify(found[0])}`)
  }
  t.ok(files.length > 50, `looked at ${files.length} files`)
})

/** Codes of ours; those of Node stand in quotes too, but never with the name of a room. */
function codesIn(text: string): string[] {
  const rooms =
    'ASK|BUG|CLI|CONFIG|CONTAINER|EVIDENCE|GATEWAY|HOST|LOG|MAPS|MESSAGE|MILTER|POLICY|POSTFIX|QTLS|SEAL|STORE|TESTKIT'
  const code = new RegExp(`\\bERR_(?:${rooms})(?:_[A-Z0-9]+)*\\b(?![_…*])`, 'g')
  return [...text.matchAll(code)].map(([found]) => found)
}

/** Where the test of a source file may lie; a plugin's index.ts has the one named after the plugin. */
function testsOf(path: string): string[] {
  const [, stage, plugin, file] = /^plugins\/(\w+)\/([\w-]+)\/([\w-]+)\.ts$/.exec(path) ?? []
  if (stage === undefined) return [path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')]
  if (file === 'index') return [`test/plugins/${stage}/${plugin}.test.ts`]
  return [
    `test/plugins/${stage}/${plugin}/${file}.test.ts`,
    `test/plugins/${stage}/${plugin}-${file}.test.ts`,
  ]
}

/**
 * Follows the imports of a test: through its helpers, to files of the room that it is a test of, and
 * on inside that room. What is only used from another room is not proved by that room's tests.
 */
function reach(test: string, reached: Set<string>): void {
  const room = roomOf(test.replace(/^test\//, ''))
  const seen = new Set<string>()
  const follow = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    if (!path.startsWith('test/')) reached.add(path)
    for (const { specifier, target = DOORS[specifier], typeOnly } of importsOf(path)) {
      if (target === undefined || typeOnly) continue
      const near = path.startsWith('test/') || roomOf(target) === room
      if (near && existsSync(join(ROOT, target))) follow(target)
    }
  }
  follow(test)
}

/** `gateway` of test/gateway/x.test.ts and src/gateway/x.ts; `detect/pgp` of a plugin. */
function roomOf(path: string): string {
  const [first = '', second = '', third = ''] = path.split('/')
  if (first === 'src') return second
  if (first === 'plugins') return `${second}/${third.replace(/\.test\.ts$/, '')}`
  return first
}

/** Files of types, lists and limits, and doors that only export what lies elsewhere, need no test. */
function hasFunctions(path: string): boolean {
  const code = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.ES2023)
  const isFunction = (node: ts.Node): boolean =>
    (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) ||
    ts.isClassDeclaration(node) ||
    ts.forEachChild(node, child => isFunction(child) || undefined) === true
  return isFunction(code)
}

function isCode(path: string): boolean {
  return /\.(?:ts|mjs|c|lua|sh)$/.test(path)
}

function everything(): string[] {
  const folders = [...CODE_FOLDERS, 'test', 'docs', 'policies', 'packaging', '.ci']
  const top = filesBelow('').filter(path => !path.includes('/'))
  return [...top, ...folders.flatMap(folder => filesBelow(folder))]
}

/**
 * Where this tree lies, whose it is, and the registry that npm was told to use here. A home of one
 * step is that of root, and a word of its own.
 */
function wordsOfThisMachine(): string[] {
  const registry = process.env['npm_config_registry'] ?? ''
  const host = /^https?:\/\/([^/]+)/.exec(registry)?.[1]
  const words = [`${ROOT}/`]
  if (homedir().lastIndexOf('/') > 0) words.push(homedir())
  if (host !== undefined) words.push(host)
  return words
}
