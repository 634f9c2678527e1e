import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { sealWishes } from '../../src/seal/wishes.js'

void t.test('the first table that fits says how a letter is made', async t => {
  const wishesFor = sealWishes(
    parseConfig(
      `[seal]\nmax_size = "10M"\nlanguage = "fr"
[[seal_to]]\nrecipients = ["eva@x.example"]\nformats = ["pdf"]\nmax_size = "5M"
[[seal_to]]\nrecipients = ["@x.example"]\nrules = ["partners"]\nlanguage = "de"\ntelephone = "+41791234567"
[[seal_to]]\nrules = ["partners"]\nformats = ["zip", "html"]`,
      undefined,
    ),
  )
  const M = 1024 * 1024
  t.same(wishesFor('eva@x.example', 'high.7'), {
    formats: ['pdf'],
    maxSize: 5 * M,
    language: 'fr',
    telephone: undefined,
  })
  const bob = { formats: undefined, maxSize: 10 * M, language: 'de', telephone: '+41791234567' }
  t.same(wishesFor('bob@x.example', 'rule.partners'), bob)
  const other = { formats: ['zip', 'html'], maxSize: 10 * M, language: 'fr', telephone: undefined }
  t.same(wishesFor('bob@y.example', 'rule.partners'), other)
  t.same(wishesFor('bob@x.example', 'high.7'), { ...other, formats: undefined })
})
