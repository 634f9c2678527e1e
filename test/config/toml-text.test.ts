import fc from 'fast-check'
import { parse } from 'smol-toml'
import t from 'tap'
import type { TomlValue } from '../../src/config/setting.js'
import { tomlName, tomlText } from '../../src/config/toml-text.js'

void t.test('any value is written so that it is read back', async t => {
  const { value } = fc.letrec<{ value: TomlValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  }))
  const property = fc.property(value, written => {
    const read = parse(`v = ${tomlText(written)}`)['v']
    return JSON.stringify(read) === JSON.stringify(written)
  })
  fc.assert(property, { numRuns: 500 })
  t.pass('500 values')
})

void t.test('names stand in quotation marks only where they must', async t => {
  t.equal(tomlName('a-b_1'), 'a-b_1')
  t.equal(tomlName('detect/zip'), '"detect/zip"')
})
