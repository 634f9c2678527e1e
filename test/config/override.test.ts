import t from 'tap'
import { overridden } from '../../src/config/override.js'
import { resolvePaths } from '../../src/config/paths.js'
import { emptySection, isTable, rawSection } from '../../src/config/raw-section.js'
import { parseConfig } from '../../src/config/load.js'
import { parseToml } from '../../src/config/toml.js'

void t.test('values are replaced, their neighbours and the document stay', async t => {
  const document = parseToml('[a]\nx = 1\ny = 2\n', 'f')
  const changed = overridden(document, { 'a.x': 5, 'b.c': 'new' })
  t.match(changed.values, { a: { x: 5, y: 2 }, b: { c: 'new' } })
  t.match(document.values, { a: { x: 1 } })
  t.equal(changed.where(['a', 'x'], 'value'), 'command line')
  t.equal(changed.where(['a', 'y'], 'value'), 'f:3:5')
  t.equal(overridden(document, {}), document)
})

void t.test('a section knows its places, an absent one only its name', async t => {
  const document = parseToml('[a.b]\nx = 1\n', 'f')
  t.equal(rawSection(document, ['a', 'b'], { x: 1 }).where(['x'], 'name'), 'f:2:1')
  t.equal(emptySection('p').where(['x'], 'name'), 'p')
  t.strictSame([{}, [], null, new Date(), 'x'].map(isTable), [true, false, false, false, false])
})

void t.test('paths that are absolute stay as they are', async t => {
  const config = parseConfig('', '/etc/x/milter.conf')
  t.equal(resolvePaths(config, '/elsewhere').state_directory, '/var/lib/postseal')
})
