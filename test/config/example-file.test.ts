import t from 'tap'
import { exampleFile } from '../../src/config/example-file.js'
import { parseConfig } from '../../src/config/load.js'
import { SECTIONS } from '../../src/config/settings.js'

const values = (source: string): unknown => {
  const { plugin: _, rule: __, where: ___, ...rest } = parseConfig(source, '/etc/postseal/x')
  return rest
}

void t.test(
  'the example file changes nothing, as it stands or with every default written out',
  async t => {
    const text = exampleFile()
    t.strictSame(values(text), values(''))
    const plain = text.split('#[[customer]]')[0] ?? ''
    const uncommented = plain.replace(/^#(?=[a-z_]+ = )/gm, '')
    t.not(uncommented, plain)
    t.strictSame(values(uncommented), values(''))
  },
)

void t.test('every worked value is one that is taken', async t => {
  const examples = exampleFile().replace(/^#(?=[a-z_]+ = ).*\n/gm, '')
  const used = examples.replace(/^# Example: /gm, '')
  t.doesNotThrow(() => parseConfig(used, '/etc/postseal/x'))
  t.ok(used.includes('\ncontact = "postmaster@example.org"'))
})

void t.test(
  'sections stand in the order of the walk and no line is wider than the page',
  async t => {
    const lines = exampleFile().split('\n')
    const sections = lines.filter(line => /^\[[a-z]+\]$/.test(line))
    t.strictSame(
      sections,
      Object.keys(SECTIONS).map(name => `[${name}]`),
    )
    t.strictSame(
      lines.filter(
        line => line.startsWith('# ') && line.length > 100 && !line.startsWith('# Example'),
      ),
      [],
    )
  },
)
