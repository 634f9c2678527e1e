import t from 'tap'
import type { CertificateChecks, RevocationState } from '../../../src/seal/keys/key-checks.js'
import { readKeyFile } from '../../../src/seal/keys/read-key-file.js'
import { storedForm } from '../../../src/seal/keys/stored-key.js'
import { usableKeysFinder, type UsableKeys } from '../../../src/seal/keys/usable-keys.js'
import type { StoredKey } from '../../../src/store/recipient-keys.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const DAY = 86_400_000
const now = Date.now() + DAY
const signal = new AbortController().signal

const one = maker.certificate('anna', {})
const two = maker.certificate('anna', {})
const three = maker.certificate('anna', {})
const weak = maker.certificate('anna', { key: 'rsa:1024' })
const pgp = maker.pgpKey('anna@example.org', 'future-default')

let id = 0
async function stored(bytes: Buffer, change: Partial<StoredKey> = {}): Promise<StoredKey> {
  const { keys } = await readKeyFile(bytes, { now })
  const [key] = keys
  if (key === undefined) throw new Error('no key')
  const owner = { customer: '*', owner: 'anna@example.org', chain: [Buffer.from('chain')] }
  id += 1
  const row = storedForm(key, { ...owner, source: 'import', addedBy: 'root' })
  return { ...row, id, addedAt: id, usedAt: undefined, ...change }
}

interface World {
  readonly issued?: boolean
  readonly state?: RevocationState
  readonly now?: number
}

/** Looks among these keys, the newest first, as the store gives them. */
function find(keys: readonly StoredKey[], world: World = {}, address = 'Anna@Example.org') {
  const asked: string[] = []
  const { state } = world
  const checks: CertificateChecks = {
    issuerProblem: (_certificate, chain) => {
      asked.push(`issuer ${chain.join()}`)
      return world.issued === false ? 'nobody has issued it' : undefined
    },
    ...(state === undefined
      ? {}
      : {
          revocation: async () => {
            asked.push('revocation')
            return state
          },
        }),
  }
  const finder = usableKeysFinder({
    store: {
      of: async (customer, owners) => {
        asked.push(`${customer} ${owners.join()}`)
        return [...keys].reverse()
      },
    },
    checks,
    minRsaBits: 2048,
    now: () => world.now ?? now,
  })
  return { asked, found: finder(address, 'clinic', signal) }
}

const pemOf = (der: Buffer): string => {
  maker.box.write('one.der', der)
  return maker.openssl('x509', '-inform', 'DER', '-in', 'one.der').toString()
}

const ids = async ({ found }: { readonly found: Promise<UsableKeys> }) => {
  const { smime, pgp } = (await found).ids
  return [...smime, ...pgp]
}

await t.test('keys are given as formats take them', async t => {
  const keys = [await stored(one), await stored(pgp)]
  const { asked, found } = find(keys)
  const { smime, pgp: armoured, ids } = await found
  t.same(asked, ['clinic anna@example.org,@example.org'])
  t.same(smime, [pemOf(one)])
  t.match(armoured, [/^-----BEGIN PGP PUBLIC KEY BLOCK-----/])
  t.same(
    maker.gpg(['--show-keys', '--with-colons'], Buffer.from(armoured[0] ?? '')).length > 0,
    true,
  )
  t.same(ids, { smime: [keys[0]?.id], pgp: [keys[1]?.id] })
})

await t.test('a key that is weak, over or not to be read gives way', async t => {
  const good = await stored(one)
  t.same(await ids(find([good, await stored(weak)])), [good.id])
  t.same(await ids(find([good, await stored(two, { bytes: 'AAAA' })])), [good.id])
  t.same(await ids(find([good], { now: now + 5 * DAY })), [])
  t.same(await ids(find([good], { now: now - 5 * DAY })), [])
  t.same(await ids(find([], {})), [])
  t.same(await ids(find([good], {}, 'no address')), [])
})

await t.test('what was found by itself needs an authority, what was imported does not', async t => {
  const imported = await stored(one)
  for (const source of ['harvest', 'ldap', 'wkd'] as const) {
    const found = await stored(two, { source })
    t.same(await ids(find([found], { issued: false })), [], source)
    t.same(await ids(find([found])), [found.id], source)
  }
  t.same(await ids(find([imported], { issued: false })), [imported.id])
  t.same(find([imported]).asked.length, 1)
  const openPgp = await stored(pgp, { source: 'wkd' })
  t.same(await ids(find([openPgp], { issued: false })), [openPgp.id])
})

await t.test(
  'a revoked certificate is never used, one that cannot be asked about only by import',
  async t => {
    const imported = await stored(one)
    const found = await stored(two, { source: 'harvest' })
    const cases: [state: RevocationState, imported: boolean, found: boolean][] = [
      ['good', true, true],
      ['revoked', false, false],
      ['unavailable', true, false],
      ['unnamed', true, true],
    ]
    for (const [state, whenImported, whenFound] of cases) {
      t.equal((await ids(find([imported], { state }))).length === 1, whenImported, state)
      t.equal((await ids(find([found], { state }))).length === 1, whenFound, state)
    }
  },
)

await t.test(
  'an import goes before what was found, an address before a domain, a customer before all',
  async t => {
    const forAll = await stored(one)
    const own = await stored(two, { customer: 'clinic' })
    const domain = await stored(three, { owner: '@example.org' })
    const found = await stored(three, { source: 'harvest', customer: 'clinic' })
    t.same(await ids(find([forAll, own, domain, found])), [own.id])
    t.same(await ids(find([forAll, domain, found])), [forAll.id])
    t.same(await ids(find([domain, found])), [domain.id])
    t.same(await ids(find([found])), [found.id])
    const over = await stored(weak, { customer: 'clinic' })
    t.same(
      await ids(find([over, domain, found])),
      [domain.id],
      'one that cannot be used bars no other',
    )
  },
)

await t.test('a recipient may have two keys, and no letter is sealed with more', async t => {
  const keys = [await stored(one), await stored(two), await stored(three)]
  t.same(await ids(find(keys)), [keys[2]?.id, keys[1]?.id])
})

await t.test('nobody waits for an answer that is no longer wanted', async t => {
  const stopped = AbortSignal.abort(new Error('over'))
  const finder = usableKeysFinder({
    store: { of: async () => [await stored(one)] },
    checks: { issuerProblem: () => undefined },
    minRsaBits: 2048,
    now: () => now,
  })
  await t.rejects(finder('anna@example.org', 'clinic', stopped), { message: 'over' })
})
