import t from 'tap'
import { objectOf } from '../../src/config/kinds.js'
import { IDENTIFIER_SETTINGS, identifierOptions } from '../../src/host/classifier-settings.js'

await t.test('settings of classifiers are what their judges take', t => {
  const config = objectOf(IDENTIFIER_SETTINGS, 'must be a table')
  t.match(identifierOptions(config.parse({ high_from: { ahv: 3 } })), {
    thresholds: { highFrom: { ahv: 3 }, confidentialFrom: { ahv: 10 } },
    contextWords: {},
  })
  t.throws(() => config.parse({ high_from: { avh: 3 } }))
  t.end()
})
