import t from 'tap'
import { parse } from 'smol-toml'
import { effectiveSettings } from '../../src/config/effective-settings.js'
import { parseConfig } from '../../src/config/load.js'

const SOURCE = `mode = "observe"
[store]
url = "postgres://me:secret@db/x"
[[customer]]
name = "clinic"
domains = ["clinic.example"]
[plugin."seal/x"]
api_key = "geheim"
limit = 3
places = ["a"]
`

void t.test('every setting is shown with its place, credentials masked', async t => {
  const text = effectiveSettings(SOURCE, '/etc/x/milter.conf')
  t.match(text, /^mode = "observe" {2}# \/etc\/x\/milter\.conf:1:8$/m)
  t.match(text, /^progress_interval = "10s" {2}# default$/m)
  t.match(text, /^url = "postgres:\/\/\*\*\*@db\/x" /m)
  t.notOk(text.includes('secret') || text.includes('geheim'))
})

void t.test('what is shown is TOML that means the same', async t => {
  const source = SOURCE.replace('me:secret@', '').replace('api_key = "geheim"\n', '')
  const shown = effectiveSettings(source, '/etc/x/milter.conf')
  t.match(parse(shown), { mode: 'observe', plugin: { 'seal/x': { limit: 3, places: ['a'] } } })
  const values = (text: string): unknown => {
    const { plugin: _, rule: __, where: ___, ...rest } = parseConfig(text, '/etc/x/milter.conf')
    return rest
  }
  t.strictSame(values(shown), values(source))
})

void t.test('a file that is wrong is an error, not a half-truth', async t => {
  t.throws(() => effectiveSettings('mdoe = 1', '/f'), { code: 'ERR_CONFIG_INVALID' })
})
