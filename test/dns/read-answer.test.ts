import t from 'tap'
import type { DnsRecord, Question, Reply } from '../../src/dns/model.js'
import { readAnswer } from '../../src/dns/read-answer.js'

const QUESTION: Question = { name: 'www.test', type: 'A' }

function reply(answers: DnsRecord[], more: Partial<Reply> = {}): Reply {
  return { code: 'NOERROR', authentic: true, truncated: false, answers, authorities: [], ...more }
}

const alias = (name: string, target: string, ttlSeconds = 30): DnsRecord => ({
  name,
  ttlSeconds,
  type: 'CNAME',
  target,
})
const address = (name: string, ttlSeconds = 60): DnsRecord => ({
  name,
  ttlSeconds,
  type: 'A',
  address: '192.0.2.1',
})
const soa: DnsRecord = { name: 'test', ttlSeconds: 900, type: 'SOA', minimumSeconds: 300 }

await t.test('the records at the end of the aliases are the answer', async t => {
  const records = [alias('www.test', 'a.test'), alias('a.test', 'b.test', 20), address('b.test')]
  t.same(readAnswer(QUESTION, reply(records)), {
    state: 'secure',
    isMissing: false,
    aliases: ['a.test', 'b.test'],
    records: [address('b.test')],
    ttlSeconds: 20,
  })
})

await t.test("records of other names are nobody's", async t => {
  const answer = readAnswer(QUESTION, reply([address('evil.test')], { authorities: [soa] }))
  t.match(answer, { isMissing: false, ttlSeconds: 300 })
  t.same(answer?.records, [])
})

await t.test('without the AD bit nothing is secure', async t => {
  const answer = readAnswer(QUESTION, reply([address('www.test')], { authentic: false }))
  t.equal(answer?.state, 'insecure')
})

await t.test('a name is missing when the end of its aliases is', async t => {
  const answer = readAnswer(QUESTION, reply([alias('www.test', 'gone.test')], { code: 'NXDOMAIN' }))
  t.match(answer, { isMissing: true, aliases: ['gone.test'], ttlSeconds: 30 })
})

await t.test('aliases that go round are no answer', async t => {
  const round = [alias('www.test', 'a.test'), alias('a.test', 'b.test'), alias('b.test', 'a.test')]
  t.equal(readAnswer(QUESTION, reply(round)), undefined)
  const long = Array.from({ length: 20 }, (_, n) =>
    alias(n === 0 ? 'www.test' : `${n}.test`, `${n + 1}.test`),
  )
  t.equal(readAnswer(QUESTION, reply(long)), undefined)
})

await t.test('an alias is itself the answer where aliases are asked for', async t => {
  const answer = readAnswer(
    { name: 'www.test', type: 'CNAME' },
    reply([alias('www.test', 'a.test')]),
  )
  t.match(answer, { aliases: [], records: [{ target: 'a.test' }] })
})

await t.test('any other code is no answer', async t => {
  for (const code of ['SERVFAIL', 'REFUSED', 'FORMERR'])
    t.equal(readAnswer(QUESTION, reply([], { code })), undefined, code)
})
