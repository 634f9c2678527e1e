import t from 'tap'
import { certificateChecks } from '../../src/cli/key-trust.js'
import type { RevocationSource } from '../../src/qtls/facts.js'
import { AUTHORITY_EXTENSIONS, KeyMaker, MAIL_EXTENSIONS } from '../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const DAY = 86_400_000
const now = Date.now() + DAY

const root = maker.authority('root', { days: 9 })
const middle = maker.authority('middle', { by: 'root' })
const checks = certificateChecks(maker.box.path('root.pem'))

/** What openssl says of the same certificate at the same time. */
function opensslTakes(name: string, between: readonly string[], at: number): boolean {
  const untrusted = between.flatMap(one => ['-untrusted', `${one}.pem`])
  const { code } = maker.box.ask('openssl', [
    'verify',
    '-CAfile',
    'root.pem',
    '-purpose',
    'smimeencrypt',
    ...untrusted,
    '-attime',
    String(Math.floor(at / 1e3)),
    `${name}.pem`,
  ])
  return code === 0
}

await t.test(
  'an authority that is trusted has issued a certificate, or has not, as openssl finds',
  async t => {
    // openssl asks for keyEncipherment, whatever the key is.
    const mail = MAIL_EXTENSIONS('a@example.org', 'keyEncipherment,keyAgreement')
    maker.certificate('direct', { by: 'root', extensions: mail })
    maker.certificate('leaf', { by: 'middle', extensions: mail })
    maker.certificate('own', { extensions: mail })
    maker.authority('elsewhere')
    maker.certificate('foreign', { by: 'elsewhere', extensions: mail })
    maker.certificate('noca', { by: 'root', extensions: mail })
    maker.certificate('forged', { by: 'noca', extensions: mail })
    maker.authority('short', {
      by: 'root',
      extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=keyCertSign'],
    })
    maker.authority('long', { by: 'short' })
    maker.certificate('deep', { by: 'long', extensions: mail })
    maker.authority('web', {
      by: 'root',
      extensions: [...AUTHORITY_EXTENSIONS, 'extendedKeyUsage=serverAuth'],
    })
    maker.certificate('site', { by: 'web', extensions: mail })
    maker.authority('elsewhere-only', {
      by: 'root',
      extensions: [...AUTHORITY_EXTENSIONS, 'nameConstraints=critical,permitted;email:example.net'],
    })
    maker.certificate('outside', { by: 'elsewhere-only', extensions: mail })
    const cases: [name: string, between: readonly string[], why: RegExp | undefined][] = [
      ['direct', [], undefined],
      ['leaf', ['middle'], undefined],
      ['leaf', [], /^no trusted authority has issued it \(.* was not sent\)$/],
      ['own', [], /signed itself/],
      ['foreign', ['elsewhere'], /no trusted authority has issued it/],
      ['forged', ['noca'], /no trusted authority|who issued it is no authority/],
      ['deep', ['long', 'short'], /longer than an authority allows/],
      ['site', ['web'], /may not issue certificates for mail/],
      ['outside', ['elsewhere-only'], /may not issue it/],
    ]
    for (const [name, between, why] of cases) {
      const problem = checks.issuerProblem(
        maker.der(name),
        between.map(one => maker.der(one)),
        now,
      )
      if (why === undefined) t.equal(problem, undefined, name)
      else t.match(problem, why, name)
      t.equal(problem === undefined, opensslTakes(name, between, now), `${name}, as openssl has it`)
    }
  },
)

await t.test('an authority counts as long as it is valid', async t => {
  const leaf = maker.certificate('later', { by: 'middle', days: 5 })
  t.match(checks.issuerProblem(leaf, [middle], now + 3 * DAY), /its authority is not valid now/)
  t.equal(opensslTakes('later', ['middle'], now + 3 * DAY), false)
  t.equal(checks.issuerProblem(leaf, [middle], now), undefined)
})

await t.test('an outdated signature is none, but for that of the root over itself', async t => {
  const old = maker.certificate('old', { by: 'root', digest: 'sha1' })
  t.equal(checks.issuerProblem(old, [], now), 'a signature in its chain is outdated')
  maker.authority('ancient', { digest: 'sha1' })
  const fresh = maker.certificate('fresh', { by: 'ancient' })
  const ancient = certificateChecks(maker.box.path('ancient.pem'))
  t.equal(ancient.issuerProblem(fresh, [], now), undefined)
})

await t.test(
  'what is no certificate has no issuer, and without authorities nobody is trusted',
  async t => {
    t.match(checks.issuerProblem(Buffer.from('x'), [root], now), /no trusted authority/)
    const nowhere = certificateChecks(maker.box.path('nowhere.pem'))
    t.throws(() => nowhere.issuerProblem(root, [], now), { code: 'ERR_CONFIG_FILE' })
  },
)

await t.test('the worst word about a certificate or its authorities counts', async t => {
  const leaf = maker.certificate('asked', { by: 'middle' })
  const signal = new AbortController().signal
  const told = async (states: readonly (readonly RevocationSource['state'][])[]) => {
    const asked: number[] = []
    const { revocation } = certificateChecks(maker.box.path('root.pem'), async path => {
      asked.push(path.length)
      return states.map((of, index) => ({ index, sources: of.map(sourceOf) }))
    })
    const state = await revocation?.(leaf, [middle], signal)
    t.same(asked, [2], 'it and its authority, not the root')
    return state
  }
  t.equal(await told([['good'], ['good']]), 'good')
  t.equal(await told([['good', 'unavailable'], []]), 'good')
  t.equal(await told([['good', 'revoked'], ['good']]), 'revoked')
  t.equal(await told([['good'], ['revoked']]), 'revoked')
  t.equal(await told([['stale', 'bad-signature'], ['good']]), 'unavailable')
  t.equal(await told([['unknown'], []]), 'unavailable')
  t.equal(await told([[], []]), 'unnamed')
})

await t.test('who cannot be checked is not asked about', async t => {
  const signal = new AbortController().signal
  const never = certificateChecks(maker.box.path('root.pem'), async () => {
    throw new Error('asked')
  })
  const plain = maker.certificate('plain')
  t.equal(await never.revocation?.(plain, [], signal), 'unnamed')
  const named = maker.certificate('named', {
    extensions: ['crlDistributionPoints=URI:http://crl.example/x.crl'],
  })
  t.equal(await never.revocation?.(named, [], signal), 'unavailable')
})

function sourceOf(state: RevocationSource['state']): RevocationSource {
  const times = { thisUpdate: undefined, nextUpdate: undefined, revokedAt: undefined }
  return { method: 'crl', url: 'http://crl.example/', state, ...times, detail: undefined }
}
