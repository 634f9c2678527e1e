import t from 'tap'
import { parseSocketAddress, type SocketAddress } from '../../src/config/socket-address.js'

const CASES: readonly (readonly [string, SocketAddress | undefined])[] = [
  ['systemd', { kind: 'systemd' }],
  ['unix:/run/postseal/milter.sock', { kind: 'unix', path: '/run/postseal/milter.sock' }],
  ['inet:127.0.0.1:10030', { kind: 'inet', host: '127.0.0.1', port: 10030 }],
  ['inet:localhost:0', { kind: 'inet', host: 'localhost', port: 0 }],
  ['inet:[::1]:10030', { kind: 'inet', host: '::1', port: 10030 }],
  ['inet:[::zz]:10030', undefined],
  ['inet:[127.0.0.1]:10030', undefined],
  ['inet:127.0.0.1:65536', undefined],
  ['inet:127.0.0.1', undefined],
  ['inet::10030', undefined],
  ['unix:relative.sock', undefined],
  ['unix:/a\0b', undefined],
  [`unix:/${'a'.repeat(106)}`, { kind: 'unix', path: `/${'a'.repeat(106)}` }],
  [`unix:/${'a'.repeat(107)}`, undefined],
  ['/run/milter.sock', undefined],
  ['', undefined],
]

void t.test('socket addresses are read, and what is none is refused', async t => {
  for (const [text, want] of CASES) t.strictSame(parseSocketAddress(text), want, text.slice(0, 40))
})
