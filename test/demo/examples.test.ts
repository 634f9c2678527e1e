import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { fieldOf } from '../../demo/arrivals.js'
import { DOMAINS } from '../../demo/domains.js'
import { EXAMPLES } from '../../demo/examples.js'
import { layoutOf } from '../../demo/layout.js'
import { messageOf } from '../../demo/send.js'
import { levelLines, settings } from '../../demo/stage.js'
import { loadConfigText } from '../support/demo-config.js'
import { ROOT } from '../support/tree-sources.js'

await t.test('every example has its mail, and every mail is in an example', async t => {
  const files = await readdir(join(ROOT, 'demo', 'mails'))
  t.same(
    files.filter(name => name.endsWith('.eml')).sort(),
    EXAMPLES.map(({ name }) => `${name}.eml`),
  )
})

await t.test(
  'a mail is found again by its Message-ID and goes out as it must on the wire',
  async t => {
    for (const example of EXAMPLES) {
      const message = await messageOf(example)
      t.equal(fieldOf(message, 'Message-ID'), `<${example.name}@praxis.example>`)
      t.notMatch(message.toString('latin1'), /[^\r]\n|[\x80-\xff]|[^\r\n]{999}/, example.name)
      for (const { address } of example.recipients)
        t.ok(fieldOf(message, 'To')?.includes(address), address)
    }
    t.ok(EXAMPLES.length > 9)
  },
)

await t.test('every recipient has a server, and no two servers share an address', async t => {
  const domains = new Set(DOMAINS.map(({ domain }) => domain))
  for (const { recipients } of EXAMPLES)
    for (const { address } of recipients) t.ok(domains.has(address.split('@')[1] ?? ''), address)
  t.equal(new Set(DOMAINS.map(({ address }) => address)).size, DOMAINS.length)
  t.ok(DOMAINS.every(({ address }) => address.startsWith('127.')))
})

await t.test(
  'the settings are settings, and a strange directory name does not break them',
  async t => {
    for (const directory of ['/tmp/demo', '/tmp/a "b" \\ ä']) {
      const config = loadConfigText(t.testdir({}), settings(layoutOf(directory)))
      t.equal(config.state_directory, `${directory}/state`)
      t.same(config.internal_domains, ['praxis.example'])
    }
  },
)

await t.test(
  'the store is told what is known, and nothing of the domain nobody has tested',
  async t => {
    t.equal(
      levelLines(),
      'labor.example,qualified\nhandwerk.example,mandatory\nverein.example,none\n',
    )
  },
)
