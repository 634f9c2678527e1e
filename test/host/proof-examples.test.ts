import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { installInto, pathWithCommand, runLine } from '../support/plugin-package.js'
import { ROOT } from '../support/tree-sources.js'

/** What each is tried with once it is installed, and what it gives then. */
const TRIED: Readonly<Record<string, readonly [mail: string, settings: string, want: RegExp]>> = {
  'classify-client-register': ['\n\nhello\n', `max_per_hour=5`, /^$/],
  'classify-customer-numbers': [
    '\nKD-123456\n',
    `format=[{ shape = "KD-######", class = "confidential" }]`,
    /"class":"confidential"/,
  ],
  'rewrite-hide-inside': [
    'X-Mailer: a\n\nsee db1.corp.example\n',
    `domains=["corp.example"]`,
    /^\{"kind":"remove-header".*\n\{"kind":"splice"/,
  ],
}

void t.test('every example has a line in the table', async t => {
  const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  t.same(
    folders.filter(each => each.isDirectory()).map(({ name }) => name),
    Object.keys(TRIED),
  )
})

for (const [name, [mail, settings, want]] of Object.entries(TRIED)) {
  void t.test(`${name} is tested, packed, installed and loaded by name`, async t => {
    const place = t.testdir()
    const folder = join(place, name)
    cpSync(join(ROOT, 'examples', name), folder, {
      recursive: true,
      filter: source => !/node_modules|dist$/.test(source.slice(ROOT.length)),
    })
    installInto(folder)
    const packed = runLine('npm pack --silent', folder)
    if (packed.code !== 0) t.fail(`${packed.out}${packed.err}`)
    const archive = packed.out.trim().split('\n').at(-1) ?? ''
    t.equal(archive, `postseal-${name}-1.0.0.tgz`)

    const gateway = join(place, 'gateway')
    const there = join(gateway, 'node_modules', `postseal-${name}`)
    mkdirSync(there, { recursive: true })
    const unpack = `tar -xzf "${join(folder, archive)}" --strip-components=1 -C "${there}"`
    t.equal(runLine(unpack, gateway).code, 0)
    t.same(
      readdirSync(join(there, 'dist')).filter(file => file.includes('test')),
      [],
      'no test is published',
    )
    writeFileSync(join(gateway, 'milter.conf'), 'state_directory = "state"\n')
    writeFileSync(join(gateway, 'a.eml'), mail)
    const line = `postseal plugins try --config milter.conf postseal-${name} a.eml --set '${settings}'`
    const tried = runLine(line, gateway, pathWithCommand(place))
    t.equal(tried.code, 0, tried.err)
    t.match(tried.out.trim(), want)
    const manual = runLine(
      `postseal plugins --config milter.conf postseal-${name}`,
      gateway,
      pathWithCommand(place),
    )
    t.equal(manual.out, readFileSync(join(folder, 'README.md'), 'utf8'))
  })
}
