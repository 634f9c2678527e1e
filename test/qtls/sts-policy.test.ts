import fc from 'fast-check'
import t from 'tap'
import { parseStsPolicy, stsId } from '../../src/qtls/sts-policy.js'

await t.test('one TXT record announces a policy by its id', async t => {
  t.same(stsId(['v=STSv1; id=20160831085700Z;']), { id: '20160831085700Z' })
  t.same(stsId(['other', 'v=STSv1;id=1']), { id: '1' })
  t.equal(stsId(['v=spf1 -all', 'v=STSv10; id=1']), undefined)
  for (const texts of [['v=STSv1; id=1', 'v=STSv1; id=2'], ['v=STSv1;'], ['v=STSv1; id=a-b;']])
    t.equal(stsId(texts), 'invalid', texts.join(' | '))
})

const GOOD = [
  'version: STSv1',
  'mode: enforce',
  'mx: MX1.example.com.',
  'mx: *.example.net',
  'max_age: 604800',
  'unknown_field: whatever',
]

await t.test('a policy is read with either kind of line end', async t => {
  for (const end of ['\n', '\r\n'])
    t.same(parseStsPolicy(GOOD.join(end), 7), {
      mode: 'enforce',
      mx: ['mx1.example.com', '*.example.net'],
      maxAgeSeconds: 604_800,
      fetchedAt: 7,
    })
})

await t.test('a policy of no effect needs no host', async t => {
  t.match(parseStsPolicy('version: STSv1\nmode: none\nmax_age: 86400', 0), { mode: 'none', mx: [] })
})

await t.test('a policy holds for a year at most', async t => {
  const text = GOOD.join('\n').replace('604800', '9999999999')
  t.match(parseStsPolicy(text, 0), { maxAgeSeconds: 31_557_600 })
})

const WRONG: [what: string, from: RegExp, to: string, why: string][] = [
  ['another version', /STSv1/, 'STSv2', 'the version is not STSv1'],
  ['no mode', /mode: enforce\n/, '', 'there is no valid mode'],
  ['an unknown mode', /enforce/, 'perhaps', 'there is no valid mode'],
  ['no age', /max_age.*\n/, '', 'there is no valid max_age'],
  ['a negative age', /604800/, '-1', 'there is no valid max_age'],
  ['no host', /mx: .*\n/g, '', 'it names no mx'],
  ['what is no host', /MX1.example.com./, 'http://x', 'an mx is no host name'],
  ['a star within', /\*\.example/, 'a.*.example', 'an mx is no host name'],
  ['what is no field', /unknown_field: whatever/, '<html>', 'a line is no field'],
]

for (const [what, from, to, why] of WRONG) {
  await t.test(`a policy with ${what} is none`, async t => {
    t.equal(parseStsPolicy(`${GOOD.join('\n')}\n`.replace(from, to), 0), why)
  })
}

await t.test('too many hosts are none', async t => {
  const hosts = Array.from({ length: 300 }, (_, n) => `mx: mx${n}.example.com`).join('\n')
  t.equal(parseStsPolicy(`${GOOD.join('\n')}\n${hosts}`, 0), 'it names too many hosts')
})

await t.test('a policy that breaks off anywhere is none or the same without its end', async t => {
  const text = GOOD.join('\n')
  let seen = 0
  for (let cut = 0; cut < text.length; cut++) {
    const policy = parseStsPolicy(text.slice(0, cut), 0)
    if (typeof policy !== 'string' && policy.mx.length !== 2) t.fail(`${cut} bytes`)
    seen += 1
  }
  t.equal(seen, text.length)
})

await t.test('no text is too strange', async t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), text => {
      const policy = parseStsPolicy(text, 0)
      return typeof policy === 'string'
    }),
  )
  t.pass('read')
})
