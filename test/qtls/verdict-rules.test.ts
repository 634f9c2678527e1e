import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { RulesKeeper } from '../../src/qtls/rules-keeper.js'
import { readTlsProfile } from '../../src/qtls/tls-profile.js'
import { rulesInForce, verdictRules } from '../../src/qtls/verdict-rules.js'

t.test('the same rules have the same digest, and others have another', async t => {
  const usual = readTlsProfile('bsi-compatible')
  const rules = verdictRules(usual, ['dnssec', 'dane'])
  t.match(rules.digest, /^[0-9a-f]{16}$/)
  t.equal(verdictRules(usual, ['dane', 'dnssec']).digest, rules.digest, 'the order is no matter')
  t.not(verdictRules(usual, ['dnssec']).digest, rules.digest, 'bindings')
  const strict = verdictRules(readTlsProfile('bsi-2026'), ['dnssec', 'dane'])
  t.not(strict.digest, rules.digest, 'the profile')
  const { guideline } = usual
  const newer = { ...usual, guideline: { ...guideline, edition: '2030-01' } }
  t.not(verdictRules(newer, ['dnssec', 'dane']).digest, rules.digest, 'the edition')
})

t.test('a reload takes other rules, and keeps the old ones when the new are wrong', async t => {
  const directory = t.testdir({})
  const profile = join(directory, 'own.toml')
  copyFileSync(new URL('own-profile.toml', fixture(directory)), profile)
  const conf = (more: string) => parseConfig(`[prober]\n${more}`, undefined)
  const own = `tls_profile = ${JSON.stringify(profile)}`
  const keeper = new RulesKeeper(conf(own))
  const { digest } = keeper.rules
  keeper.reload(conf(`${own}\nconcurrency = 3`))
  t.equal(keeper.rules.digest, digest)
  t.not(keeper.config.prober.concurrency, 3, 'that takes effect at the next start')

  writeFileSync(profile, readFileSync(profile, 'utf8').replace('2048', '4096'))
  t.equal(keeper.rules.digest, digest, 'not before it is told')
  keeper.reload(conf(own))
  t.not(keeper.rules.digest, digest, 'the file says something else')

  writeFileSync(profile, 'nonsense')
  const changed = keeper.rules.digest
  t.throws(() => keeper.reload(conf(own)), { code: 'ERR_CONFIG_INVALID' })
  t.equal(keeper.rules.digest, changed)
  keeper.reload(conf('tls_profile = "bsi-2026"'))
  t.equal(keeper.rules.profile.name, 'bsi-2026')
  t.equal(rulesInForce(keeper.config).digest, keeper.rules.digest)
})

/** A profile of one's own; gives the place it is in. */
function fixture(directory: string): URL {
  writeFileSync(
    join(directory, 'own-profile.toml'),
    'name = "own"\ninherits = "bsi-compatible"\n[keys]\nrsa_min_bits = 2048\n',
  )
  return new URL(`file://${directory}/`)
}
