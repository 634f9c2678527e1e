import t from 'tap'
import { lookUpOf, type KeyPlace, type PlaceAnswer } from '../../../src/seal/keys/look-up.js'
import { readOpenPgpKeys } from '../../../src/seal/keys/read-openpgp-keys.js'
import { readCertificate } from '../../../src/seal/keys/read-certificate.js'
import { storedForm } from '../../../src/seal/keys/stored-key.js'
import type { KeyRemoval, NewKey, StoredKey } from '../../../src/store/recipient-keys.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const start = Date.now() + 86_400_000
const signal = new AbortController().signal
const HOUR = 3_600_000

const { key } = readCertificate(maker.certificate('anna'))
const { key: weak } = readCertificate(maker.certificate('weak', { key: 'rsa:1024' }))

/** Places that answer in turn what they are told. */
function world(
  answers: readonly (PlaceAnswer | Promise<PlaceAnswer>)[],
  timeoutMs = 60_000,
  stored: readonly StoredKey[] = [],
) {
  const removed: string[] = []
  const asked: string[] = []
  const added: NewKey[] = []
  const clock = { now: start }
  const place: KeyPlace = {
    source: 'ldap',
    ask: async address => {
      const answer = answers[asked.push(address) - 1]
      if (answer === undefined) throw new Error('asked once too often')
      return answer
    },
  }
  const store = {
    add: async (keys: readonly NewKey[]) => {
      added.push(...keys)
      return keys.map(() => 'added' as const)
    },
    async *list() {
      yield* stored
    },
    remove: async ({ customer, owner, fingerprint, by }: KeyRemoval) => {
      removed.push(`${customer} ${owner} ${fingerprint} ${by}`)
      return []
    },
  }
  const options = { places: [place], store, minRsaBits: 2048, now: () => clock.now, timeoutMs }
  return { asked, added, removed, clock, lookUp: lookUpOf(options) }
}

await t.test('a key that is found is kept for all customers, and found for a day', async t => {
  const { asked, added, clock, lookUp } = world([{ keys: [key] }, { keys: [] }])
  t.same(await lookUp('Anna@Example.org', signal), { kept: [key], notes: [] })
  t.match(added, [
    { customer: '*', owner: 'anna@example.org', source: 'ldap', addedBy: 'postseal', chain: [] },
  ])
  clock.now += 24 * HOUR - 1
  await lookUp('anna@example.org', signal)
  t.same(asked, ['anna@example.org'])
  clock.now += 1
  t.same(await lookUp('anna@example.org', signal), { kept: [], notes: [] })
  t.equal(asked.length, 2)
})

await t.test('nothing is remembered for an hour, and trouble for five minutes', async t => {
  const { asked, clock, lookUp } = world([
    { keys: [] },
    { keys: [], trouble: 'no answer' },
    { keys: [key] },
  ])
  await lookUp('anna@example.org', signal)
  clock.now += HOUR - 1
  await lookUp('anna@example.org', signal)
  t.equal(asked.length, 1)
  clock.now += 1
  t.same(await lookUp('anna@example.org', signal), { kept: [], notes: ['ldap: no answer'] })
  clock.now += HOUR / 12 - 1
  await lookUp('anna@example.org', signal)
  t.equal(asked.length, 2)
  clock.now += 1
  t.equal((await lookUp('anna@example.org', signal)).kept.length, 1)
})

await t.test('what nothing may be encrypted to is not kept', async t => {
  const { added, lookUp } = world([{ keys: [weak, key] }])
  const { kept, notes } = await lookUp('anna@example.org', signal)
  t.same(kept, [key])
  t.same(notes, ['ldap: RSA with 1024 bits is too short, 2048 are wanted'])
  t.equal(added.length, 1)
})

await t.test(
  'those who ask at the same time wait for one answer, each as long as it likes',
  async t => {
    let answer: (one: PlaceAnswer) => void = () => undefined
    const { asked, lookUp } = world([new Promise<PlaceAnswer>(done => (answer = done))])
    const impatient = new AbortController()
    const first = lookUp('anna@example.org', impatient.signal)
    const second = lookUp('anna@example.org', signal)
    impatient.abort(new Error('over'))
    await t.rejects(first, { message: 'over' })
    answer({ keys: [key] })
    t.same((await second).kept, [key])
    t.equal(asked.length, 1)
  },
)

await t.test('a place that never answers has said nothing', async t => {
  const { lookUp } = world([new Promise<PlaceAnswer>(() => undefined)], 5)
  const keepAlive = setTimeout(() => undefined, 60_000)
  t.same(await lookUp('anna@example.org', signal), { kept: [], notes: ['ldap: no answer in time'] })
  clearTimeout(keepAlive)
})

await t.test('nobody is asked for what is no address, nor where there is no place', async t => {
  const { asked, lookUp } = world([])
  t.same(await lookUp('anna', signal), { kept: [], notes: [] })
  t.same(asked, [])
  const store = {
    add: async () => [],
    async *list() {},
    remove: async () => [],
  }
  const none = lookUpOf({ places: [], store, minRsaBits: 2048, now: () => start, timeoutMs: 1 })
  t.same(await none('anna@example.org', signal), { kept: [], notes: [] })
})

const row = (one: typeof key, source: 'ldap' | 'import' = 'ldap'): StoredKey => {
  const owner = { customer: '*', owner: 'anna@example.org', addedBy: 'root', chain: [] }
  return { ...storedForm(one, { ...owner, source }), id: 1, addedAt: 1, usedAt: undefined }
}

await t.test('what the place gives no more is removed, where it gives another key', async t => {
  const { key: other } = readCertificate(maker.certificate('anna'))
  const answers = [{ keys: [key] }, { keys: [], trouble: 'no answer' }, { keys: [] }]
  for (const [answer, removed] of [
    [answers[0]!, [`* anna@example.org ${other.fingerprint} postseal`]],
    [answers[1]!, []],
    [answers[2]!, []],
  ] as const) {
    const found = world([answer], 60_000, [row(other), row(weak, 'import'), row(key)])
    await found.lookUp('anna@example.org', signal)
    t.same(found.removed, removed)
  }
})

await t.test('a key that is found revoked is no longer used, and the notes say so', async t => {
  const user = 'anna@example.org'
  const good = await maker.revocablePgpKey(user)
  const [before] = (await readOpenPgpKeys(good.fresh, start)).keys
  const [revoked] = (await readOpenPgpKeys(good.revoked, start)).keys
  const { added, lookUp } = world([{ keys: [revoked!] }], 60_000, [row(before!)])
  t.same(await lookUp(user, signal), { kept: [], notes: ['ldap: its owner has revoked it'] })
  t.match(added, [{ owner: user, source: 'ldap', fingerprint: before!.fingerprint }])
  const [stored] = (await readOpenPgpKeys(Buffer.from(added[0]!.bytes, 'base64'), start)).keys
  t.equal(stored?.unfit, 'its owner has revoked it')
})
