import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { ldapDirectory } from '../../../src/seal/keys/ldap-directory.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const signal = new AbortController().signal
const anna = maker.certificate('anna')
const beat = maker.certificate('beat')

/** Tag, length and content (X.690, 8.1). */
function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content)
  const head = Buffer.from([tag, 0x84, 0, 0, 0, 0])
  head.writeUInt32BE(bytes.length, 2)
  return Buffer.concat([head, bytes])
}
const text = (value: string): Buffer => tlv(0x04, Buffer.from(value))
const tlvShort = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0x04, value.length]), Buffer.from(value)])
const DONE = tlv(0x65, tlv(0x0a, Buffer.from([0])), text(''), text(''))

/** SearchResultEntry ::= [APPLICATION 4] { objectName, attributes } (RFC 4511, 4.5.2) */
const entry = (...values: readonly Buffer[]): Buffer =>
  tlv(
    0x64,
    text('cn=a'),
    tlv(
      0x30,
      tlv(0x30, text('userCertificate;binary'), tlv(0x31, ...values.map(one => tlv(0x04, one)))),
    ),
  )

/** A directory that gives the same answer to every search, and tells what it was asked. */
async function directory(t: Test, answers: readonly Buffer[] | undefined) {
  const asked: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', request => {
      // LDAPMessage ::= SEQUENCE { messageID, protocolOp }; a search is [APPLICATION 3].
      const id = request.subarray(request.indexOf(0x02), request.indexOf(0x02) + 3)
      if (request[request.indexOf(0x02) + 3] !== 0x63) return
      asked.push(request)
      for (const one of answers ?? []) socket.write(tlv(0x30, id, one))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const place = ldapDirectory({
    url: `ldap://127.0.0.1:${port}`,
    base: 'dc=example,dc=org',
    timeoutMs: answers === undefined ? 50 : 5000,
  })
  return { asked, place }
}

await t.test('certificates of an address are found, those of others are left', async t => {
  const { asked, place } = await directory(t, [
    entry(anna, Buffer.from('no certificate'), beat),
    entry(anna),
    DONE,
  ])
  const { keys, trouble } = await place.ask('anna@example.org', signal)
  t.equal(trouble, undefined)
  t.equal(keys.length, 1)
  t.same(keys[0]?.bytes, anna)
  t.match(asked[0]?.toString('latin1'), /dc=example,dc=org/)
  t.match(asked[0]?.toString('latin1'), /mail\u0004\u0010anna@example\.org/)
})

await t.test('an address is never more than the value of the question', async t => {
  const { asked, place } = await directory(t, [DONE])
  const address = '*)(uid=*)\u0000@example.org'
  t.same(await place.ask(address, signal), { keys: [] })
  t.ok(asked[0]?.includes(tlvShort(address)), 'the bytes as they are')
})

await t.test('a directory that answers wrongly, or not at all, is trouble', async t => {
  const refusal = tlv(0x65, tlv(0x0a, Buffer.from([50])), text(''), text('go away'))
  const refused = await (await directory(t, [refusal])).place.ask('anna@example.org', signal)
  t.match(refused, { keys: [], trouble: /^no answer \((?:50|InsufficientAccess)/ })
  const silent = await (await directory(t, undefined)).place.ask('anna@example.org', signal)
  t.match(silent, { keys: [], trouble: /^no answer/ })
  const nobody = ldapDirectory({ url: 'ldap://127.0.0.1:1', base: '', timeoutMs: 1000 })
  t.match(await nobody.ask('anna@example.org', signal), { trouble: 'no answer (ECONNREFUSED)' })
})

await t.test('whoever no longer waits is let go', async t => {
  const { place } = await directory(t, undefined)
  const stop = AbortSignal.abort(new Error('over'))
  await t.rejects(place.ask('anna@example.org', stop), { message: 'over' })
})
