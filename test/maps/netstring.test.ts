import fc from 'fast-check'
import t from 'tap'
import { netstring, NetstringReader } from '../../src/maps/netstring.js'

t.test('strings come out as they went in, however they are cut', t => {
  const text = fc.stringMatching(/^[\x20-\xff]{0,50}$/)
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 20 }), (texts, size) => {
      const bytes = Buffer.from(texts.map(netstring).join(''), 'latin1')
      const reader = new NetstringReader()
      const found: string[] = []
      for (let start = 0; start < bytes.length; start += size)
        found.push(...reader.push(bytes.subarray(start, start + size)))
      return JSON.stringify(found) === JSON.stringify(texts)
    }),
  )
  t.same(new NetstringReader().push(Buffer.from('0:,1:a,')), ['', 'a'])
  t.end()
})

t.test('half a string is none yet, at every byte', t => {
  const whole = Buffer.from(netstring('qtls_policy example.org'))
  for (let length = 0; length < whole.length; length++)
    t.same(new NetstringReader().push(whole.subarray(0, length)), [], `${length} bytes`)
  t.end()
})

t.test('what is no netstring, or too long, ends the reading', t => {
  for (const text of ['a', ':', '1a', '01:a,', '-1:', '4097:', '99999:', '00000:', '3:abcd', '\0'])
    t.throws(() => new NetstringReader().push(Buffer.from(text)), RangeError, JSON.stringify(text))
  t.end()
})
