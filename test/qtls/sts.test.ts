import t from 'tap'
import type { CheckedFetch, FetchResult } from '../../src/qtls/checked-fetch.js'
import type { StsPolicy } from '../../src/qtls/facts.js'
import { stsOf, type EarlierSts } from '../../src/qtls/sts.js'
import { fakeNames, type FakeName } from '../support/qtls-names.js'

const { signal } = new AbortController()
const NOW = 1_800_000_000_000
const TEXT = 'version: STSv1\nmode: enforce\nmx: mx.d.test\nmax_age: 86400\n'
const HELD: StsPolicy = {
  mode: 'enforce',
  mx: ['old.d.test'],
  maxAgeSeconds: 86_400,
  fetchedAt: NOW - 1000,
}

const response = (more: Partial<Extract<FetchResult, { kind: 'response' }>> = {}): FetchResult => ({
  kind: 'response',
  status: 200,
  contentType: 'text/plain',
  body: Buffer.from(TEXT),
  ...more,
})

async function look(
  record: FakeName | undefined,
  result: FetchResult = response(),
  earlier?: EarlierSts,
) {
  const fetched: string[] = []
  const fetch: CheckedFetch = async ({ url, maxBytes }) => {
    fetched.push(`${url} ${maxBytes}`)
    return result
  }
  const names = fakeNames(record === undefined ? {} : { '_mta-sts.d.test': record })
  const options = { names, fetch, timeoutMs: 1000, now: () => NOW }
  return { facts: await stsOf('d.test', options, earlier, signal), fetched }
}

const RECORD = { txt: ['v=STSv1; id=2;'] }

await t.test('a policy that is announced is fetched from where it has to be', async t => {
  const { facts, fetched } = await look(RECORD)
  t.same(fetched, ['https://mta-sts.d.test/.well-known/mta-sts.txt 65536'])
  t.match(facts, {
    state: 'announced',
    id: '2',
    policy: { mode: 'enforce', mx: ['mx.d.test'], fetchedAt: NOW },
    fromCache: false,
    failure: undefined,
  })
})

await t.test('nothing is fetched where nothing is announced', async t => {
  const { facts, fetched } = await look(undefined)
  t.match(facts, { state: 'none', policy: undefined })
  t.same(fetched, [])
  t.match((await look({ txt: ['v=STSv1;'] })).facts, { state: 'invalid-record' })
  t.match((await look({ state: 'servfail' })).facts, { state: 'unanswered' })
})

await t.test('a policy of the same id is not fetched again, one of another id is', async t => {
  const same = await look(RECORD, response(), { id: '2', policy: HELD })
  t.match(same.facts, { fromCache: true, id: '2', policy: { mx: ['old.d.test'] } })
  t.same(same.fetched, [])
  const changed = await look(RECORD, response(), { id: '1', policy: HELD })
  t.match(changed.facts, { fromCache: false, id: '2', policy: { mx: ['mx.d.test'] } })
})

await t.test('a policy of the same id is fetched again in the last fifth of its time', async t => {
  const at = (ageSeconds: number): EarlierSts => ({
    id: '2',
    policy: { ...HELD, fetchedAt: NOW - ageSeconds * 1000 },
  })
  t.same((await look(RECORD, response(), at(69_119))).fetched, [])
  const { facts } = await look(RECORD, response(), at(69_120))
  t.match(facts, { fromCache: false, policy: { mx: ['mx.d.test'], fetchedAt: NOW } })
  const failure: FetchResult = { kind: 'failure', code: 'timeout', detail: 'late' }
  t.match((await look(RECORD, failure, at(80_000))).facts, {
    fromCache: true,
    policy: { mx: ['old.d.test'] },
    failure: { code: 'sts_fetch' },
  })
})

await t.test(
  'a policy holds for its time, even when the record goes away or fetching fails',
  async t => {
    const earlier = { id: '1', policy: HELD }
    t.match((await look(undefined, response(), earlier)).facts, {
      state: 'none',
      fromCache: true,
      policy: HELD,
    })
    const failure: FetchResult = { kind: 'failure', code: 'timeout', detail: 'late' }
    t.match((await look(RECORD, failure, earlier)).facts, {
      fromCache: true,
      id: '1',
      policy: HELD,
      failure: { code: 'sts_fetch', detail: 'timeout: late' },
    })
    const over = { id: '2', policy: { ...HELD, fetchedAt: NOW - 86_400_001 } }
    t.match((await look(RECORD, failure, over)).facts, { fromCache: false, policy: undefined })
  },
)

await t.test('what is no policy is told from what cannot be had', async t => {
  const wrong = async (result: FetchResult): Promise<object | undefined> =>
    (await look(RECORD, result)).facts.failure
  t.match(await wrong(response({ status: 404 })), { code: 'sts_fetch', detail: 'status 404' })
  t.match(await wrong(response({ status: 301 })), { code: 'sts_fetch', detail: 'status 301' })
  t.match(await wrong(response({ contentType: 'text/html' })), { code: 'sts_invalid' })
  t.match(await wrong(response({ body: Buffer.from('hello') })), { code: 'sts_invalid' })
})
