import t from 'tap'
import { isLoopbackAddress, parseNameServer } from '../../src/dns/server-address.js'

const GOOD: [text: string, want: object][] = [
  ['127.0.0.1', { address: '127.0.0.1', port: 53, tls: undefined }],
  ['127.0.0.1:5353', { address: '127.0.0.1', port: 5353, tls: undefined }],
  ['::1', { address: '::1', port: 53, tls: undefined }],
  ['[::1]:5353', { address: '::1', port: 5353, tls: undefined }],
  ['tls://192.0.2.1', { address: '192.0.2.1', port: 853, tls: { serverName: undefined } }],
  [
    'tls://[2001:db8::1]:8853#DNS.example',
    { address: '2001:db8::1', port: 8853, tls: { serverName: 'dns.example' } },
  ],
]

await t.test('a name server is an address, with a port or a name where that is meant', async t => {
  for (const [text, want] of GOOD) t.same(parseNameServer(text), want, text)
})

await t.test('what is no address is no name server', async t => {
  const bad = ['', 'dns.example', '127.0.0.1:0', '127.0.0.1:65536', '[127.0.0.1', 'tls://', '1.2.3']
  for (const text of bad) t.equal(parseNameServer(text), undefined, text)
})

await t.test('loopback is what only this machine reaches', async t => {
  t.same(['127.0.0.1', '127.9.9.9', '::1'].map(isLoopbackAddress), [true, true, true])
  t.same(['128.0.0.1', '10.0.0.1', '::2'].map(isLoopbackAddress), [false, false, false])
})
