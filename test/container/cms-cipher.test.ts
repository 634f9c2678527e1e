import t from 'tap'
import { CMS_CIPHERS } from '../../src/container/cms-cipher.js'

/** Dotted form of the content of an object identifier (X.690, 8.19). */
function dotted(hexText: string): string {
  const bytes = Buffer.from(hexText, 'hex')
  const arcs: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(value)
    value = 0
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

t.test('each cipher stands under its own identifier', async t => {
  const want: Record<string, string> = {
    'AES-128-CBC': '2.16.840.1.101.3.4.1.2',
    'AES-192-CBC': '2.16.840.1.101.3.4.1.22',
    'AES-256-CBC': '2.16.840.1.101.3.4.1.42',
    'AES-128-GCM': '2.16.840.1.101.3.4.1.6',
    'AES-192-GCM': '2.16.840.1.101.3.4.1.26',
    'AES-256-GCM': '2.16.840.1.101.3.4.1.46',
    'AES-128-CCM': '2.16.840.1.101.3.4.1.7',
    'AES-192-CCM': '2.16.840.1.101.3.4.1.27',
    'AES-256-CCM': '2.16.840.1.101.3.4.1.47',
    'ChaCha20-Poly1305': '1.2.840.113549.1.9.16.3.18',
    '3DES': '1.2.840.113549.3.7',
    DES: '1.3.14.3.2.7',
    RC2: '1.2.840.113549.3.2',
    RC4: '1.2.840.113549.3.4',
    'no cipher': '1.2.840.113549.1.7.1',
  }
  const found = Object.fromEntries([...CMS_CIPHERS].map(([key, { name }]) => [name, dotted(key)]))
  t.same(found, want)
})

t.test('nothing with blocks of 64 bits, and no stream of 1994, is strong', async t => {
  const strong = [...CMS_CIPHERS.values()].filter(({ strength }) => strength === 'strong')
  t.equal(strong.length, 10)
  t.ok(strong.every(({ name }) => /^(?:AES|ChaCha20)/.test(name)))
})
