import t from 'tap'
import { readLoggedAddress } from '../../src/evidence/logged-address.js'

const GOOD = [
  'bob@x.example',
  'plus+tag=x@x.example',
  "o'hara@x.example",
  'jürgen@bücher.example',
  'bob@[192.0.2.1]',
  'bob@[IPv6:2001:db8::1]',
  'root',
  '/var/mail/archive@x.example',
  '"a b"@x.example',
  '"a>, relay=x b"@x.example',
  '"a\\">, status=sent (\\\\"@x.example',
  '""@x.example',
  '"a b"',
]

void t.test('an address ends where it ends, not at the first ">"', async t => {
  for (const address of GOOD) {
    const line = `to=<${address}>, relay=none>`
    t.same(readLoggedAddress(line, 4), { address, end: 5 + address.length }, address)
  }
  t.ok(GOOD.length > 0)
})

const BAD = [
  '>',
  'bob@x.example',
  'a b@x.example>',
  'a<b@x.example>',
  'a"b@x.example>',
  'a@x"y>',
  '"a@x.example>',
  '"a\\"@x.example>',
  '"a" @x.example>',
  '"a"b@x.example>',
  '"a\u0000"@x.example>',
  'a\tb@x.example>',
  `${'x'.repeat(1001)}>`,
]

void t.test('an address of another form is not believed', async t => {
  for (const text of BAD) t.equal(readLoggedAddress(`<${text}`, 1), undefined, text.slice(0, 40))
  t.ok(BAD.length > 0)
})

void t.test('a long line of quotes is read in no time', async t => {
  const started = process.cpuUsage().user
  readLoggedAddress(`"${'\\"'.repeat(100_000)}`, 0)
  readLoggedAddress(`"${'a'.repeat(100_000)}`, 0)
  readLoggedAddress('a'.repeat(100_000), 0)
  t.ok(process.cpuUsage().user - started < 2_000_000, 'less than two seconds of CPU')
})
