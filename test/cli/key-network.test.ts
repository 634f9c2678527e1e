import t from 'tap'
import { keyPlaces, openKeyNetwork } from '../../src/cli/key-network.js'
import { loadConfig, parseConfig, type Config } from '../../src/config/load.js'

const parsed = (text: string): Config => parseConfig(text, 'milter.conf')
const noFetch = async (): Promise<never> => {
  throw new Error('fetched')
}

void t.test('nobody is asked for keys unless the settings say so, the own directory first', t => {
  const cases: [text: string, sources: readonly string[]][] = [
    ['', []],
    ['[keys]\nwkd = true\n', ['wkd']],
    ['[keys]\nldap_url = "ldaps://directory.example.org"\n', ['ldap']],
    ['[keys]\nwkd = true\nldap_url = "ldap://[::1]:389"\n', ['ldap', 'wkd']],
  ]
  for (const [text, sources] of cases) {
    const places = keyPlaces(parsed(text).keys, noFetch)
    t.same(
      places.map(({ source }) => source),
      sources,
    )
  }
  t.throws(() => parsed('[keys]\nldap_url = "http://x"\n'), { code: 'ERR_CONFIG_INVALID' })
  t.end()
})

void t.test('a network is opened and closed, and asks nobody by itself', async t => {
  const network = openKeyNetwork(loadConfig())
  t.same(network.places, [])
  t.same(await network.revocation([], undefined, new AbortController().signal), [])
  network.close()
})

void t.test('authorities that cannot be read are an error of the settings', t => {
  const config = parsed('[prober]\nca_file = "/nowhere/ca.pem"\n')
  t.throws(() => openKeyNetwork(config), { code: 'ERR_CONFIG_FILE' })
  t.end()
})
