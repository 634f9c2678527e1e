// `npm run docs`: rewrites the files that are made from the catalogues; `--check` only compares.
// Works on the built tree.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { doorNames } from './docs/door-names.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/src/cli/main.js')
const run = promisify(execFile)

if (!existsSync(main)) {
  console.error('Build first: npm run build')
  process.exit(1)
}
const { generatedFiles } = await import('../dist/src/cli/generated-files.js')
const files = new Map(await generatedFiles())
files.set('docs/reference/cli.md', await commandPage())
files.set('docs/reference/plugin-api.md', apiPage())

const check = process.argv.includes('--check')
const different = [...files].filter(([file, text]) => text !== textOf(join(root, file)))
for (const [file, text] of check ? [] : different) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
for (const [file] of different) console.log(`${check ? 'differs' : 'written'}: ${file}`)
if (check && different.length > 0) {
  console.error('Run npm run docs and commit the result.')
  process.exitCode = 1
}

/** The page on the plugin API, with the names that the doors export at its end. */
function apiPage() {
  const page = textOf(join(root, 'docs/reference/plugin-api.md')) ?? ''
  const begin = '<!-- names:begin -->'
  const end = '<!-- names:end -->'
  const doors = [
    ['postseal/plugin', 'src/host/index.ts'],
    ['postseal/testkit', 'src/testkit/index.ts'],
  ]
  const tables = doors.map(([door, file]) => {
    const rows = doorNames(root, file).map(
      ({ name, kind, says }) => `| \`${name}\` | ${kind} | ${says} |\n`,
    )
    return `### ${door}\n\n| name | is a | |\n| --- | --- | --- |\n${rows.join('')}`
  })
  const before = page.slice(0, page.indexOf(begin) + begin.length)
  return `${before}\n\n${tables.join('\n')}\n${page.slice(page.indexOf(end))}`
}

/** The help of every command, each below the command it belongs to. */
async function commandPage() {
  const sections = [
    '# Commands\n\nGenerated from what `postseal COMMAND --help` prints; do not edit.\n',
  ]
  const waiting = [[]]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const help = await helpOf(path)
    const title = ['postseal', ...path].join(' ')
    sections.push(`## ${title}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`)
    waiting.unshift(...subcommands(help, title).map(name => [...path, name]))
  }
  return sections.join('\n')
}

async function helpOf(path) {
  // A terminal's width or language must not change the page.
  const env = { ...process.env, COLUMNS: '100', LC_ALL: 'C', LANG: 'C' }
  const { stdout } = await run(process.execPath, [main, ...path, '--help'], { env })
  return stdout
}

/** Names in the list of commands of a help text; a list shows `postseal domain set <domain>  …`. */
function subcommands(help, title) {
  const [, listed = ''] = /^Commands:\n((?: .*\n|\n(?= ))+)/m.exec(help) ?? []
  const names = listed.split('\n').flatMap(line => {
    const start = `  ${title} `
    if (!line.startsWith(start)) return []
    const [name = ''] = line.slice(start.length).split(/\s/)
    return /^[a-z]/.test(name) ? [name] : []
  })
  return [...new Set(names)]
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
