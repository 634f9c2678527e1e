import t from 'tap'
import type { DnsAnswer, DnsRecord, DnsState } from '../../src/dns/model.js'
import type { NameSource } from '../../src/dns/resolver.js'
import { doubtAbout } from '../../src/dns/trust-check.js'

const NAMES = { signed: 'good.test', bogus: 'bad.test' }
const SOA: DnsRecord = { name: 'good.test', ttlSeconds: 1, type: 'SOA', minimumSeconds: 1 }

function source(good: DnsState, bad: DnsState): NameSource {
  const answer = (state: DnsState): DnsAnswer => ({
    state,
    isMissing: false,
    aliases: [],
    records: [SOA],
    ttlSeconds: 1,
  })
  return { ask: async name => answer(name === 'good.test' ? good : bad) }
}

const CASES: [name: string, good: DnsState, bad: DnsState, want: string | undefined][] = [
  ['a resolver that validates is believed', 'secure', 'bogus', undefined],
  ['one that says nothing of signatures is not', 'insecure', 'bogus', 'does-not-validate'],
  ['one that takes a wrong signature is not', 'secure', 'insecure', 'accepts-bogus'],
  ['one that calls it secure is not', 'secure', 'secure', 'accepts-bogus'],
  ['one that is silent proves nothing', 'timeout', 'bogus', 'unanswered'],
  ['nor one that cannot reach the wrong name', 'secure', 'servfail', 'unanswered'],
]

for (const [name, good, bad, want] of CASES) {
  await t.test(name, async t => {
    t.equal(await doubtAbout(source(good, bad), NAMES, new AbortController().signal), want)
  })
}

await t.test('without a name that is known to be wrong only the signed one counts', async t => {
  const names = { signed: 'good.test', bogus: '' }
  const { signal } = new AbortController()
  t.equal(await doubtAbout(source('secure', 'secure'), names, signal), undefined)
})
