import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createAuthority } from '../../sandbox/certificates.js'
import { startDnsServer } from '../../sandbox/dns-server.js'
import { parseConfig } from '../../src/config/load.js'
import {
  createProber,
  type CreateProberOptions,
  type ReadyProber,
} from '../../src/qtls/create-prober.js'

const { signal } = new AbortController()
const directory = await mkdtemp(join(tmpdir(), 'prober-'))
t.teardown(() => rm(directory, { recursive: true }))
const { file: caFile } = await createAuthority(directory)

function create(t: Test, toml: string, more: Partial<CreateProberOptions> = {}): ReadyProber {
  const { prober: settings } = parseConfig(`[prober]\ndns_timeout = "500ms"\n${toml}`, undefined)
  const ready = createProber({ settings, heloName: 'gw.test', caFile, now: Date.now, ...more })
  t.teardown(() => ready.close())
  return ready
}

async function resolver(t: Test, secure: boolean): Promise<number> {
  const names = {
    'signed.test': { ns: ['ns.test'], secure },
    'bogus.test': { fails: 'servfail' },
  } as const
  const server = await startDnsServer({ port: 0, names })
  t.teardown(() => server.close())
  return server.port
}

await t.test(
  'a resolver of the settings has to prove itself, one that is named has not',
  async t => {
    const port = await resolver(t, false)
    const toml = `resolver = "127.0.0.1:${port}"\nsigned_name = "signed.test"\nbogus_name = ""`
    await t.rejects(create(t, toml).checkResolver(signal), {
      code: 'ERR_QTLS_RESOLVER',
      message: /gives no answer for signed\.test|does not say that signed\.test is signed/,
    })
    const named = { address: '127.0.0.1', port, tls: undefined }
    await t.resolves(create(t, toml, { resolver: named }).checkResolver(signal))
  },
)

await t.test('who is elsewhere is believed over TLS only', async t => {
  t.throws(() => create(t, 'resolver = "192.0.2.1"'), { code: 'ERR_QTLS_SETTING' })
  t.doesNotThrow(() => create(t, 'resolver = "tls://192.0.2.1#dns.test"'))
})

await t.test('what several resolvers agree on, several have to say, over TLS', async t => {
  const others = (...servers: readonly string[]) => `other_resolvers = ${JSON.stringify(servers)}`
  const [one, two] = ['tls://192.0.2.1#dns.test', 'tls://192.0.2.2#dns.test']
  t.doesNotThrow(() => create(t, others(one, two)))
  t.throws(() => create(t, others(one, two, one)), {
    code: 'ERR_QTLS_SETTING',
    message: /other_resolvers.*192\.0\.2\.1#dns\.test is named twice/,
  })
  t.throws(() => create(t, others('tls://192.0.2.1#a.test', 'tls://192.0.2.1#b.test')), {
    message: /named twice/,
  })
  t.throws(() => create(t, others('192.0.2.1')), { message: /nor asked over TLS/ })
})

await t.test('settings that cannot be are refused', async t => {
  t.throws(() => create(t, 'resolver = "999.0.0.1"'), { code: 'ERR_QTLS_SETTING' })
  t.throws(() => create(t, 'allowed_networks = ["10.0.0.0/99"]'), { code: 'ERR_QTLS_SETTING' })
  t.throws(() => create(t, '', { caFile: join(directory, 'none.pem') }), {
    code: 'ERR_CONFIG_FILE',
  })
})
