import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'

import { createAuthority, selfSigned } from '../../sandbox/certificates.js'

await t.test(
  'the authority signs certificates for the name asked, and only the authority is one',
  async t => {
    const authority = await createAuthority(t.testdir({}))
    const root = new X509Certificate(await readFile(authority.file))
    const { cert, key } = await authority.issue('mx.lab.test')
    const own = new X509Certificate(cert)
    t.ok(own.verify(root.publicKey))
    t.equal(own.subjectAltName, 'DNS:mx.lab.test')
    t.equal(own.ca, false)
    t.equal(root.ca, true)
    t.match(key, /^-----BEGIN PRIVATE KEY-----/)
    t.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 2, 'the chain goes with it')
  },
)

await t.test('a certificate of a client is none of a server, and may lack a name', async t => {
  const authority = await createAuthority(t.testdir({}))
  const server = new X509Certificate((await authority.issue('a.lab.test')).cert)
  const client = await authority.issue('a.lab.test', { usage: 'client' })
  const nameless = await authority.issue('b.lab.test', { usage: 'client', withoutCommonName: true })
  const SERVER = '1.3.6.1.5.5.7.3.1'
  const CLIENT = '1.3.6.1.5.5.7.3.2'
  t.same(server.keyUsage, [SERVER])
  const own = new X509Certificate(client.cert)
  t.match([own.keyUsage, own.subject], [[CLIENT], 'CN=a.lab.test'])
  const other = new X509Certificate(nameless.cert)
  t.match(
    [other.keyUsage, other.subject, other.subjectAltName],
    [[CLIENT], 'O=Sandbox', 'DNS:b.lab.test'],
  )
})

await t.test('a certificate that only its own key signed', async t => {
  const { cert } = await selfSigned(t.testdir({}), 'mx.lab.test')
  const own = new X509Certificate(cert)
  t.ok(own.verify(own.publicKey))
  t.equal(own.subjectAltName, 'DNS:mx.lab.test')
  t.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 1)
})

await t.test('a name that could become another argument or path is refused', async t => {
  const authority = await createAuthority(t.testdir({}))
  for (const name of ['', '../x', 'a b', 'a/CN=b', 'a\nb'])
    await t.rejects(authority.issue(name), /not a host name/, JSON.stringify(name))
})
