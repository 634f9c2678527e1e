import t from 'tap'
import { filesBelow, importsOf, type Import } from './support/tree-sources.js'

/**
 * Who may import whom: `room: other rooms`, where `(room)` stands for its words only: types, and the
 * lists in its model.ts. Packages are free except where PACKAGES says otherwise. To change a wall, change this table in a commit of its
 * own and say why.
 */
const MAY_IMPORT: Readonly<Record<string, string>> = {
  errors: '',
  milter: '',
  message: '',
  dns: '',
  log: 'errors',
  policy: 'errors',
  container: 'errors',
  config: 'errors log policy',
  classification: 'errors message container (policy)',
  store: 'errors log config (policy)',
  seal: 'errors log config message store policy',
  host: 'errors log config message container classification seal (policy)',
  qtls: 'errors log config policy dns store',
  evidence: 'errors log config store (policy)',
  ask: 'errors log config message store policy',
  gateway: 'errors ask log config milter message host policy store container evidence seal',
  postfix: 'errors log config policy milter dns store',
  maps: 'errors log config store policy postfix qtls',
  upkeep: 'errors ask log config policy store postfix maps qtls seal',
  testkit: 'errors milter message host config (policy) (seal)',
  cli: '*',
}

/** Rooms whose npm packages are listed; every other room of src may use any. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  milter: [],
  message: ['iconv-lite', 'htmlparser2'],
}

const SOURCES = filesBelow('src', '.ts')

await t.test('a room imports only the rooms that the table allows it', async t => {
  let seen = 0
  for (const { from, specifier, target, typeOnly } of SOURCES.flatMap(importsOf)) {
    if (target === undefined) continue
    const here = roomOf(from)
    const there = roomOf(target)
    seen++
    if (here === there) continue
    const isWord = typeOnly || target === `src/${there}/model.ts`
    const allowed = (MAY_IMPORT[here] ?? '').split(' ')
    const may =
      allowed.includes('*') || allowed.includes(there) || (isWord && allowed.includes(`(${there})`))
    if (!may) t.fail(`${from} must not import ${specifier}`)
  }
  t.ok(seen > 20, `looked at ${seen} imports`)
  t.same(
    [...new Set(SOURCES.map(roomOf))].filter(room => !(room in MAY_IMPORT)),
    [],
    'every room has its line in the table',
  )
})

await t.test('the table itself has no cycle', async t => {
  const open = new Map(
    Object.entries(MAY_IMPORT)
      .filter(([, rooms]) => rooms !== '*')
      .map(([room, rooms]) => [room, rooms.split(' ').filter(Boolean).map(withoutBrackets)]),
  )
  while (open.size > 0) {
    const free = [...open].find(([, rooms]) => rooms.every(room => !open.has(room)))
    if (free === undefined) break
    open.delete(free[0])
  }
  t.same([...open.keys()], [], 'the rooms can be built one after the other')
})

await t.test('rooms that promise to do without packages do', async t => {
  let seen = 0
  for (const { from, specifier, target } of SOURCES.flatMap(importsOf)) {
    const listed = PACKAGES[roomOf(from)]
    if (listed === undefined || target !== undefined) continue
    seen++
    if (!specifier.startsWith('node:') && !listed.includes(specifier))
      t.fail(`${from} must not import ${specifier}`)
  }
  t.ok(seen > 0, `looked at ${seen} imports`)
})

await t.test('a plugin imports its door, its own folder, node and packages', async t => {
  const files = filesBelow('plugins', '.ts')
  for (const one of files.flatMap(importsOf)) {
    if (one.target === undefined) {
      const self = one.specifier.startsWith('postseal')
      if (self && one.specifier !== 'postseal/plugin')
        t.fail(`${one.from} must not import ${one.specifier}`)
    } else if (pluginOf(one.target) !== pluginOf(one.from)) {
      t.fail(`${one.from} must not import ${one.specifier}`)
    }
  }
  t.ok(files.length > 0, `looked at ${files.length} files`)
})

await t.test('the sandbox knows nothing of what it is a sandbox for', async t => {
  const files = filesBelow('sandbox', '.ts')
  for (const one of files.flatMap(importsOf)) {
    const outside = one.target !== undefined && !one.target.startsWith('sandbox/')
    if (outside || one.specifier.startsWith('postseal'))
      t.fail(`${one.from} must not import ${one.specifier}`)
  }
  t.ok(files.length > 0, `looked at ${files.length} files`)
})

await t.test('the demo uses the sandbox, the command and the public doors', async t => {
  const files = filesBelow('demo', '.ts')
  for (const one of files.flatMap(importsOf)) {
    if (one.target !== undefined && !/^(?:demo|sandbox)\//.test(one.target))
      t.fail(`${one.from} must not import ${one.specifier}`)
  }
  t.ok(files.length > 0, `looked at ${files.length} files`)
})

await t.test('only cli/container.ts knows the container', async t => {
  const users = SOURCES.flatMap(importsOf).filter(({ specifier }) => specifier === 'awilix')
  t.same(
    users.map(({ from }) => from).filter(from => from !== 'src/cli/container.ts'),
    [],
  )
})

await t.test('no file imports itself by a detour', async t => {
  const files = [...SOURCES, ...filesBelow('plugins', '.ts'), ...filesBelow('sandbox', '.ts')]
  const graph = new Map(files.map(path => [path, valueTargets(importsOf(path))]))
  t.same(cyclesIn(graph), [])
  t.ok(graph.size > 20, `looked at ${graph.size} files`)
})

function valueTargets(imports: readonly Import[]): string[] {
  return imports.flatMap(({ target, typeOnly }) =>
    target === undefined || typeOnly ? [] : [target],
  )
}

/** Walks depth first; each way back to a file that is still open is a cycle. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

/** `src/milter/wire.ts` is in `milter`, `src/errors.ts` in `errors`. */
function roomOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '')
}

/** `plugins/detect/pgp/armour.ts` belongs to `plugins/detect/pgp`. */
function pluginOf(path: string): string {
  return path.split('/').slice(0, 3).join('/')
}

function withoutBrackets(room: string): string {
  return room.replace(/^\((.*)\)$/, '$1')
}
