import t from 'tap'
import { addressesOf } from '../../src/qtls/addresses.js'
import { tlsaOf } from '../../src/qtls/tlsa.js'
import { fakeNames, type FakeName } from '../support/qtls-names.js'

const { signal } = new AbortController()
const RECORD = { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(32, 7) }
const STORED = {
  usage: 3,
  selector: 1,
  matchingType: 1,
  data: Buffer.alloc(32, 7).toString('base64'),
}
const OWN = { '_25._tcp.mx.test': { tlsa: [RECORD] } }
const END = { '_25._tcp.real.test': { tlsa: [{ ...RECORD, usage: 2 }] } }

async function look(table: Record<string, FakeName>) {
  const names = fakeNames(table)
  const addresses = await addressesOf(names, 'mx.test', signal)
  const facts = await tlsaOf(names, { host: 'mx.test', port: 25, addresses }, signal)
  return {
    facts,
    asked: names.asked.filter(one => one.startsWith('TLSA') || one.startsWith('CNAME')),
  }
}

await t.test('records of a server whose addresses are secure are found', async t => {
  const { facts } = await look({ 'mx.test': { a: ['192.0.2.1'] }, ...OWN })
  t.same(facts, { state: 'secure', owner: '_25._tcp.mx.test', records: [STORED] })
})

await t.test('nothing is asked where the addresses are not secure', async t => {
  const { facts, asked } = await look({
    'mx.test': { a: ['192.0.2.1'], state: 'insecure' },
    ...OWN,
  })
  t.match(facts, { state: 'none', records: [] })
  t.same(asked, [])
})

await t.test('the end of secure aliases goes first, then the name itself', async t => {
  const aliased = { 'mx.test': { cname: 'real.test' }, 'real.test': { a: ['192.0.2.1'] } }
  t.match((await look({ ...aliased, ...OWN, ...END })).facts, { owner: '_25._tcp.real.test' })
  const { facts, asked } = await look({ ...aliased, ...OWN })
  t.match(facts, { owner: '_25._tcp.mx.test' })
  t.same(asked, ['TLSA _25._tcp.real.test', 'TLSA _25._tcp.mx.test'])
})

await t.test('a signed alias of an unsigned name has records of its own', async t => {
  const table = {
    'mx.test': { cname: 'real.test' },
    'real.test': { a: ['192.0.2.1'], state: 'insecure' as const },
  }
  const { facts, asked } = await look({ ...table, ...OWN, ...END })
  t.match(facts, { owner: '_25._tcp.mx.test', state: 'secure' })
  t.same(asked, ['CNAME mx.test', 'TLSA _25._tcp.mx.test'])
})

await t.test('trouble with the records is told from their absence', async t => {
  const broken = { '_25._tcp.mx.test': { state: 'servfail' as const } }
  const { facts } = await look({ 'mx.test': { a: ['192.0.2.1'] }, ...broken })
  t.match(facts, { state: 'servfail', records: [] })
})

await t.test('more or larger records than anybody needs are left out', async t => {
  const many = Array.from({ length: 50 }, () => RECORD)
  const huge = { ...RECORD, data: Buffer.alloc(9000) }
  const { facts } = await look({
    'mx.test': { a: ['192.0.2.1'] },
    '_25._tcp.mx.test': { tlsa: [huge, ...many] },
  })
  t.equal(facts.records.length, 29)
})
