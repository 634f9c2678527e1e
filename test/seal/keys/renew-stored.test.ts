import t from 'tap'
import { readOpenPgpKeys } from '../../../src/seal/keys/read-openpgp-keys.js'
import { readCertificate } from '../../../src/seal/keys/read-certificate.js'
import { renewStored } from '../../../src/seal/keys/renew-stored.js'
import { storedForm } from '../../../src/seal/keys/stored-key.js'
import type { NewKey, StoredKey } from '../../../src/store/recipient-keys.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const now = Date.now() + 86_400_000
const by = { now, addedBy: 'olga' }

const one = async (bytes: Buffer) => (await readOpenPgpKeys(bytes, now)).keys[0]!
const made = await maker.revocablePgpKey('anna@example.org')
const fresh = await one(made.fresh)
const revoked = await one(made.revoked)

function storeWith(...keys: readonly (typeof fresh)[]) {
  const added: NewKey[] = []
  const rows = keys.map((key, id): StoredKey => {
    const whose = { customer: `c${id}`, owner: 'anna@example.org', addedBy: 'root', chain: [] }
    return { ...storedForm(key, { ...whose, source: 'import' }), id, addedAt: 1, usedAt: undefined }
  })
  const store = {
    add: async (keys: readonly NewKey[]) => {
      added.push(...keys)
      return keys.map(() => 'renewed' as const)
    },
    async *list() {
      yield* rows
    },
  }
  return { store, added }
}

void t.test('a revoked copy takes the place of every copy on record', async t => {
  const { store, added } = storeWith(fresh, fresh)
  const { key, isOnRecord } = await renewStored(revoked, store, by)
  t.match([key.unfit, isOnRecord], ['its owner has revoked it', true])
  t.match(added, [
    { customer: 'c0', source: 'import', addedBy: 'olga' },
    { customer: 'c1', source: 'import', addedBy: 'olga' },
  ])
  for (const { bytes } of added)
    t.equal((await one(Buffer.from(bytes, 'base64'))).unfit, 'its owner has revoked it')
})

void t.test('an older copy does not undo a revocation', async t => {
  const { key } = await renewStored(fresh, storeWith(revoked).store, by)
  t.equal(key.unfit, 'its owner has revoked it')
})

void t.test('what says nothing new changes nothing, and another key neither', async t => {
  const same = storeWith(fresh)
  t.match(await renewStored(fresh, same.store, by), { isOnRecord: true, key: { unfit: undefined } })
  t.same(same.added, [])
  const other = storeWith(await one((await maker.revocablePgpKey('beat@example.org')).fresh))
  t.match(await renewStored(revoked, other.store, by), { isOnRecord: false })
  t.same(other.added, [])
  const { key: certificate } = readCertificate(maker.certificate('anna'))
  t.same(await renewStored(certificate, same.store, by), { key: certificate, isOnRecord: false })
})
