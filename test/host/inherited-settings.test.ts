import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { withInherited } from '../../src/host/inherited-settings.js'

const section = (name: string, values: Record<string, unknown>) => ({
  values,
  where: (path: readonly (string | number)[]) => `${name}:${path.join('.')}`,
})

await t.test('a plugin takes over what it does not say itself', async t => {
  const own = section('own', { from: 3 })
  const config = {
    plugin: new Map([
      ['classify/first', section('first', { from: 1, words: ['a'], other: true })],
      ['classify/second', section('second', { words: ['b'], limit: 9 })],
    ]),
  }
  const inherits = ['classify/none', 'classify/first', 'classify/second']
  const merged = withInherited(own, inherits, ['from', 'words', 'limit', 'unset'], config)
  t.same(merged.values, { from: 3, words: ['a'], limit: 9 })
  t.equal(merged.where(['from'], 'value'), 'own:from')
  t.equal(merged.where(['words', 0], 'value'), 'first:words.0', 'a mistake is told where it stands')
  t.equal(merged.where(['unknown'], 'name'), 'own:unknown')
  t.same(withInherited(own, [], ['words'], config).values, { from: 3 })
})

await t.test('what letters say of a company may come from the section on sealing', async t => {
  const { seal, plugin } = parseConfig('[seal]\ncompany = "Praxis am See"\n', undefined)
  const own = section('own', {})
  t.same(withInherited(own, ['seal'], ['company', 'max_size'], { plugin, seal }).values, {
    company: 'Praxis am See',
  })
  t.same(withInherited(own, ['seal'], ['company'], { plugin }).values, {})
})
