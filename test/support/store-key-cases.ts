import { ALL_CUSTOMERS } from '../../src/store/admin.js'
import type { NewKey, StoredKey } from '../../src/store/recipient-keys.js'
import type { StoreCase } from './store-cases.js'

const FIRST = 'a1'.repeat(32)
const SECOND = 'b2'.repeat(32)

/** A key of Anna's that an administrator has imported. */
export function sampleKey(change: Partial<NewKey> = {}): NewKey {
  return {
    customer: 'clinic',
    owner: 'anna@example.org',
    system: 'smime',
    fingerprint: FIRST,
    bytes: 'AAAA',
    chain: ['BBBB', 'CCCC'],
    subject: 'CN=Anna',
    algorithm: 'EC P-256',
    notBefore: 1000,
    notAfter: 9000,
    source: 'import',
    addedBy: 'root',
    ...change,
  }
}

async function all(keys: AsyncIterable<StoredKey>): Promise<StoredKey[]> {
  const found: StoredKey[] = []
  for await (const key of keys) found.push(key)
  return found
}

/** What every store does with keys of recipients. */
export const KEY_CASES: readonly StoreCase[] = [
  [
    'a key comes back as it was added, with when and by whom',
    async (t, open) => {
      let now = 5000
      const { recipientKeys } = await open(t, { now: () => now })
      const endless = sampleKey({
        fingerprint: SECOND,
        system: 'pgp',
        notAfter: undefined,
        chain: [],
      })
      t.same(await recipientKeys.add([sampleKey(), endless]), ['added', 'added'])
      const found = await recipientKeys.of('clinic', ['anna@example.org'])
      t.match(found, [
        { ...endless, addedAt: 5000, usedAt: undefined },
        { ...sampleKey(), addedAt: 5000, usedAt: undefined },
      ])
      now = 6000
      await recipientKeys.used(found.slice(0, 1).map(({ id }) => id))
      const after = await recipientKeys.of('clinic', ['anna@example.org'])
      t.same(
        after.map(({ usedAt }) => usedAt),
        [6000, undefined],
      )
      await recipientKeys.used([])
    },
  ],
  [
    'keys are those of the customer and of all, for the address and its domain',
    async (t, open) => {
      const { recipientKeys } = await open(t)
      await recipientKeys.add([
        sampleKey(),
        sampleKey({ customer: 'lawyer', subject: 'CN=Other' }),
        sampleKey({ customer: ALL_CUSTOMERS, owner: '@example.org', fingerprint: SECOND }),
        sampleKey({ owner: 'beat@example.org' }),
      ])
      const owners = ['anna@example.org', '@example.org']
      const subjects = async (customer: string) =>
        (await recipientKeys.of(customer, owners)).map(
          ({ owner, subject }) => `${owner} ${subject}`,
        )
      t.same((await subjects('clinic')).sort(), [
        '@example.org CN=Anna',
        'anna@example.org CN=Anna',
      ])
      t.same((await subjects('lawyer')).sort(), [
        '@example.org CN=Anna',
        'anna@example.org CN=Other',
      ])
      t.same(await subjects('nobody'), ['@example.org CN=Anna'])
      t.same(await recipientKeys.of('clinic', []), [])
    },
  ],
  [
    'what an administrator has imported is not changed by what is found',
    async (t, open) => {
      const { recipientKeys } = await open(t)
      await recipientKeys.add([sampleKey()])
      const found = sampleKey({ source: 'harvest', bytes: 'DDDD', addedBy: 'postseal' })
      t.same(await recipientKeys.add([found]), ['kept'])
      t.match(await recipientKeys.of('clinic', ['anna@example.org']), [{ bytes: 'AAAA' }])
      t.same(await recipientKeys.add([sampleKey()]), ['known'])
      t.same(await recipientKeys.add([sampleKey({ bytes: 'EEEE' })]), ['renewed'])
      const other = { ...found, fingerprint: SECOND }
      t.same(await recipientKeys.add([other]), ['added'])
      t.same(await recipientKeys.add([{ ...other, source: 'import', addedBy: 'root' }]), [
        'renewed',
      ])
      t.match(await recipientKeys.of('clinic', ['anna@example.org']), [
        { fingerprint: SECOND, source: 'import', addedBy: 'root' },
        { bytes: 'EEEE' },
      ])
    },
  ],
  [
    'of what is found for one owner only the newest is kept',
    async (t, open) => {
      let now = 1000
      const { recipientKeys } = await open(t, { now: () => now })
      await recipientKeys.add([sampleKey()])
      for (let index = 1; index <= 7; index += 1) {
        now += 1
        const fingerprint = `${index}`.repeat(64)
        await recipientKeys.add([sampleKey({ fingerprint, source: 'wkd' })])
      }
      const found = await recipientKeys.of('clinic', ['anna@example.org'])
      t.same(
        found.map(({ fingerprint }) => fingerprint.slice(0, 2)),
        ['77', '66', '55', '44', '33', 'a1'],
      )
    },
  ],
  [
    'keys are listed by owner, page by page, and found by a part of their fingerprint',
    async (t, open) => {
      const { recipientKeys } = await open(t)
      const owners = Array.from({ length: 450 }, (_, index) => `u${1000 + index}@example.org`)
      await recipientKeys.add(owners.map(owner => sampleKey({ owner })))
      await recipientKeys.add([
        sampleKey({ customer: 'lawyer', fingerprint: `${'0'.repeat(56)}12345678` }),
      ])
      const listed = await all(recipientKeys.list({ customer: 'clinic' }))
      t.same(
        listed.map(({ owner }) => owner),
        owners,
      )
      const count = async (query: { owner?: string; fingerprint?: string }) =>
        (await all(recipientKeys.list({ customer: ALL_CUSTOMERS, ...query }))).length
      t.equal(await count({}), 451)
      t.equal(await count({ owner: 'u1003@example.org' }), 1)
      t.equal(await count({ fingerprint: '12345678' }), 1)
      t.equal(await count({ fingerprint: 'A1A1A1A1' }), 450)
      for (const none of ['1234567', '%%%%%%%%', 'a1a1a1a1_', '']) {
        t.equal(await count({ fingerprint: none }), 0, none)
      }
    },
  ],
  [
    'a key is removed from one customer, and the audit knows who brought and took it',
    async (t, open) => {
      let now = 1000
      const store = await open(t, { now: () => now })
      const { recipientKeys } = store
      await recipientKeys.add([sampleKey(), sampleKey({ owner: '@example.net' })])
      await recipientKeys.add([sampleKey({ customer: 'lawyer', source: 'harvest' })])
      now = 2000
      const removal = { customer: 'clinic', fingerprint: FIRST, by: 'olga' }
      t.same(await recipientKeys.remove({ ...removal, customer: ALL_CUSTOMERS }), [])
      t.match(await recipientKeys.remove({ ...removal, owner: '@example.net' }), [
        { owner: '@example.net' },
      ])
      t.match(await recipientKeys.remove(removal), [{ owner: 'anna@example.org' }])
      t.same(await recipientKeys.remove(removal), [])
      t.equal((await recipientKeys.of('lawyer', ['anna@example.org'])).length, 1)
      const audit = (await store.listAudit('clinic')).map(
        ({ at, actor, act, object, detail }) =>
          `${at} ${actor} ${act} ${object.slice(0, 4)} ${detail}`,
      )
      t.same(audit, [
        '2000 olga key-remove a1a1 smime, example.org',
        '2000 olga key-remove a1a1 smime, example.net',
        '1000 root key-import a1a1 smime, example.net',
        '1000 root key-import a1a1 smime, example.org',
      ])
    },
  ],
  [
    'what is no key of anybody is refused, and with it all that came with it',
    async (t, open) => {
      const { recipientKeys } = await open(t)
      const wrong: Partial<NewKey>[] = [
        { owner: 'example.org' },
        { owner: 'anna@' },
        { owner: `${'x'.repeat(250)}@example.org` },
        { fingerprint: 'AB' },
        { bytes: '' },
        { bytes: 'A'.repeat(2 * 1024 * 1024 + 1) },
        { addedBy: ' ' },
        { source: 'guess' as 'import' },
      ]
      for (const change of wrong) {
        const both = [sampleKey(), sampleKey(change)]
        await t.rejects(
          recipientKeys.add(both),
          { code: 'ERR_STORE_INPUT' },
          String(Object.keys(change)),
        )
      }
      const many = Array.from({ length: 1001 }, () => sampleKey())
      await t.rejects(recipientKeys.add(many), { code: 'ERR_STORE_INPUT' })
      t.same(await recipientKeys.of('clinic', ['anna@example.org']), [])
    },
  ],
]
