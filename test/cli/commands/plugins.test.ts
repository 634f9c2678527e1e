import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/plugins.js'
import { runCommand } from '../../support/host-command.js'

const CONF =
  '[plugins]\nclassify = ["classify/header", "classify/subject-tag"]\ndetect = []\nrewrite = ["rewrite/mark"]\n'

void t.test('the list says what runs where, the order in which order', async t => {
  t.equal(command.command, 'plugins')
  const file = join(t.testdir({ 'milter.conf': CONF }), 'milter.conf')
  const list = await runCommand(t, 'plugins', '--config', file)
  t.equal(list.code, 0)
  t.match(list.out, /^classify\/header\s+main {2}\w/m)
  const json = await runCommand(t, 'plugins', '--json', '--config', file)
  const infos = json.out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { name: string })
  t.strictSame(
    infos.map(({ name }) => name),
    ['classify/header', 'classify/subject-tag', 'rewrite/mark'],
  )
  const order = await runCommand(t, 'plugins', 'order', '--config', file)
  t.equal(
    order.out,
    'classify: classify/header, classify/subject-tag\ndetect: none\nrewrite: rewrite/mark\nseal: none\nnotify: none\n',
  )
})

void t.test('a name prints the manual, a misspelt one the nearest name', async t => {
  const manual = await runCommand(t, 'plugins', 'classify/header')
  t.match(manual.out, /^# classify\/header\n[^]*## Settings/)
  t.same(await runCommand(t, 'plugins', 'help', 'classify/header'), manual)
  const near = await runCommand(t, 'plugins', 'classify/heder')
  t.match(near, { code: 64, out: '', err: /did you mean "classify\/header"\?/ })
})

void t.test('try prints what a plugin gives for a mail, with settings of its own', async t => {
  const mail = 'Sensitivity: Private\r\nSubject: x\r\n\r\nhi\r\n'
  const file = join(t.testdir({ 'a.eml': mail }), 'a.eml')
  const plain = await runCommand(t, 'plugins', 'try', 'classify/header', file)
  t.match(JSON.parse(plain.out), { plugin: 'classify/header', class: 'confidential' })
  const set = ['--set', 'sensitivity_private=high']
  const changed = await runCommand(t, 'plugins', 'try', 'classify/header', file, ...set)
  t.match(JSON.parse(changed.out), { class: 'high' })
  const wrong = await runCommand(t, 'plugins', 'try', 'classify/header', file, '--set', 'x')
  t.match(wrong, { code: 64, err: /is no NAME=VALUE/ })
  const unknown = await runCommand(t, 'plugins', 'try', 'classify/absent', file)
  t.match(unknown, { code: 78, err: /was not found/ })
  const absent = await runCommand(t, 'plugins', 'try', 'classify/header', `${file}.x`)
  t.match(absent, { code: 64, err: /cannot read .*ENOENT/ })
})

void t.test('new makes a folder with manual and test, never over something', async t => {
  const folder = join(t.testdir(), 'made')
  const made = await runCommand(t, 'plugins', 'new', 'detect/sample', folder)
  t.match(made, { code: 0, out: '', err: /npm install && npm test/ })
  for (const file of ['index.ts', 'index.test.ts', 'README.md', 'package.json', 'tsconfig.json']) {
    t.ok(existsSync(join(folder, file)), file)
  }
  t.match(readFileSync(join(folder, 'index.ts'), 'utf8'), /name: 'detect\/sample'/)
  t.match(await runCommand(t, 'plugins', 'new', 'detect/sample', folder), {
    code: 64,
    err: /not empty/,
  })
  for (const name of ['decide/x', 'detect', 'detect/A B', 'detect/../x']) {
    t.match(await runCommand(t, 'plugins', 'new', name), { code: 64, err: /no STAGE\/NAME/ }, name)
  }
})
