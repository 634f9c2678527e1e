import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readTable } from '../../../src/postfix/doctor/read-tables.js'
import type { CommandOutput, RunPostfix } from '../../../src/postfix/run.js'

/** A postmap(1) that says what it is told to say, and notes what it was asked. */
function postmap(
  says: { readonly list?: Partial<CommandOutput>; readonly answer?: Partial<CommandOutput> },
  asked: unknown[] = [],
): RunPostfix {
  return async (command, args, options = {}) => {
    asked.push([command, ...args, options.input])
    const output = args[0] === '-s' ? says.list : says.answer
    return { code: 0, stdout: '', stderr: '', ...output }
  }
}

async function file(t: Test, name: string, text: string): Promise<string> {
  const path = join(t.testdir({}), name)
  await writeFile(path, text)
  t.teardown(() => rm(path, { force: true }))
  return path
}

t.test('a table that cannot be read says why, and is no error', async t => {
  const run = postmap({
    list: { code: 1, stderr: 'postmap: fatal: open database x.db: No such file' },
    answer: { code: 1, stderr: 'postmap: fatal: open database x.db: No such file' },
  })
  const table = await readTable(run, 'hash:/no/such/table', ['a.example'])
  t.equal(table.entries, undefined)
  t.match(table.trouble, /^postmap -q - hash:\/no\/such\/table: postmap: fatal: open database/)
  t.equal(table.answers.size, 0)
  t.match(table.files, { textAt: undefined, compiledAt: undefined })
})

t.test('a command that cannot be run is the trouble of the table', async t => {
  const run: RunPostfix = () => Promise.reject(new Error('postmap is not there'))
  const table = await readTable(run, 'inline:{a=b}', ['a'])
  t.match(table, { entries: undefined, trouble: 'postmap is not there' })
})

t.test('what the compiled form has counts, the text says the line', async t => {
  const path = await file(t, 'transport', '# x\na.example relay:\n\nb.example smtp:\n')
  const run = postmap({ list: { stdout: 'b.example\tsmtp:\nc.example\tqtls:\n' } })
  const table = await readTable(run, `proxy:hash:${path}`, [])
  t.strictSame(table.entries, [
    { key: 'b.example', value: 'smtp:', line: 4 },
    { key: 'c.example', value: 'qtls:', line: undefined },
  ])
  t.match(table.files, { text: path, compiled: `${path}.db`, compiledAt: undefined })
  t.type(table.files?.textAt, 'number')
})

t.test('of a form without a listing the text is taken', async t => {
  const path = await file(t, 'policy', 'a.example secure match=mx\n')
  const run = postmap({ list: { code: 1, stderr: 'sequence operation is not supported' } })
  const table = await readTable(run, `cdb:${path}`, [])
  t.strictSame(table.entries, [{ key: 'a.example', value: 'secure match=mx', line: 1 }])
  t.equal(table.trouble, undefined)
})

t.test('patterns are read from the text, and asked for all keys at once', async t => {
  const path = await file(t, 'checks', '/^X: a b$/ IGNORE\n')
  const asked: unknown[] = []
  const run = postmap({ answer: { stdout: 'X: a b\tIGNORE\n' } }, asked)
  const table = await readTable(run, `regexp:${path}`, ['X: a b', 'Y: c'])
  t.strictSame(table.entries, [{ key: '/^X: a b$/', value: 'IGNORE', line: 1 }])
  t.strictSame(
    [...table.answers],
    [
      ['X: a b', 'IGNORE'],
      ['Y: c', undefined],
    ],
  )
  t.strictSame(asked, [['postmap', '-q', '-', `regexp:${path}`, 'X: a b\nY: c\n']])
})

t.test('a directory service is not listed, only asked', async t => {
  const asked: unknown[] = []
  const run = postmap({ answer: { code: 1 } }, asked)
  const table = await readTable(run, 'ldap:/etc/postfix/ldap.cf', ['example.com'])
  t.strictSame([...table.answers], [['example.com', undefined]])
  t.match(table, { entries: undefined, trouble: undefined, files: undefined })
  t.equal(asked.length, 1)
})

t.test('a file of names is read by us alone', async t => {
  const path = await file(t, 'domains', 'A.example\n# no\nb.example\n')
  const asked: unknown[] = []
  const table = await readTable(postmap({}, asked), `file:${path}`, ['a.example'])
  t.strictSame(
    table.entries?.map(({ key, line }) => [key, line]),
    [
      ['a.example', 1],
      ['b.example', 3],
    ],
  )
  t.strictSame(asked, [])
  t.equal((await readTable(postmap({}), 'file:/no/such', [])).entries, undefined)
})

t.test('a table that is written out is listed without a file', async t => {
  const run = postmap({ list: { stdout: 'a\tb\n' } })
  const table = await readTable(run, 'inline:{a=b}', [])
  t.strictSame(table.entries, [{ key: 'a', value: 'b', line: undefined }])
  t.equal(table.files, undefined)
})

t.test('what is written out in the setting needs no command', async t => {
  const asked: unknown[] = []
  const all = await readTable(postmap({}, asked), 'static:{FILTER smtp:}', [])
  t.strictSame(all.entries, [{ key: '*', value: 'FILTER smtp:', line: undefined }])
  const rules = await readTable(postmap({}, asked), 'cidr:{ {0.0.0.0/0 OK}, {::/0 REJECT} }', [])
  t.strictSame(rules.entries, [
    { key: '0.0.0.0/0', value: 'OK', line: undefined },
    { key: '::/0', value: 'REJECT', line: undefined },
  ])
  t.strictSame(asked, [])
})
