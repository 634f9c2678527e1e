import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { ROOT } from '../setup/root.mjs'

const TESTS = join(ROOT, 'dist', 'test')
const GROUP = 'group.js'
/**
 * Tests of a file that comes when tap has ended already would be lost, and nobody told. A teardown of the
 * root makes tap end as soon as it is idle, which depends on how fast the next file is read; what is to
 * come after the root does not.
 */
const HEAD = `import t from 'tap'

t.setTimeout(600_000)
t.teardown = t.after.bind(t)
const add = async file => {
  await file()
  if (t.ended) throw new Error('a file has ended the tests of the whole group')
}
`

/**
 * What makes a test need a process of its own: it starts others, enters a network of its own, changes
 * its process, or has a time limit, hooks or a teardown for the file as a whole, by itself or by a
 * helper that is handed `t`. (In a group a teardown comes when the process has nothing left to do, so it must
 * not be what lets it end.)
 */
const ALONE =
  /enterNamespace|startPostfix|setupInstance|LaneLab|spawn|\bfork\(|new Worker|process\.(?:chdir|getuid|exitCode|env|on|argv|exec)|Object\.assign\(process|^(?:void |await )?t\.(?:setTimeout|before|after|beforeEach|afterEach|teardown)\(|^(?:const|let) [^=\n]+ = await \w+\(t\b/m

/**
 * The compiled tests as tap is to run them, paths relative to the package.
 *
 * A process costs more than most test files do, so the files of a folder share one, by a module that
 * imports them in turn; each can still be run by itself.
 */
export function groupFiles() {
  const files = readdirSync(TESTS, { recursive: true })
    .filter(name => name.endsWith('.test.js'))
    .map(name => join(TESTS, name))
    .sort()
  const { alone, groups } = planGroups(files, file => readFileSync(file, 'utf8'))
  for (const [file, text] of groups) writeFileSync(file, text)
  // The long ones first: what is started last decides when all is done.
  return [...alone, ...groups.keys()].map(file => relative(ROOT, file))
}

/** Gives  the files that run alone, and the text of each module that stands for the others. */
export function planGroups(files, textOf) {
  const alone = []
  const groups = new Map()
  for (const file of files) {
    if (ALONE.test(textOf(file))) {
      alone.push(file)
      continue
    }
    const group = join(dirname(file), GROUP)
    const before = groups.get(group) ?? HEAD
    groups.set(group, `${before}await add(() => import('./${basename(file)}'))\n`)
  }
  return { alone, groups }
}
