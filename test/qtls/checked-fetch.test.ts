import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { createServer as createTcp, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import t, { type Test } from 'tap'
import { createAuthority } from '../../sandbox/certificates.js'
import { createAddressPolicy } from '../../src/qtls/address-policy.js'
import {
  createCheckedFetch,
  type CheckedFetchOptions,
  type FetchRequest,
  type FetchResult,
} from '../../src/qtls/checked-fetch.js'
import { fakeNames } from '../support/qtls-names.js'

const { signal } = new AbortController()
const POLICY = createAddressPolicy({ allowed: ['127.0.0.1'] })
const names = fakeNames({ 'crl.test': { a: ['127.0.0.1'] }, 'inside.test': { a: ['10.0.0.1'] } })

function fetchIt(
  url: string,
  more: Partial<FetchRequest> = {},
  options: Partial<CheckedFetchOptions> = {},
): Promise<FetchResult> {
  const fetch = createCheckedFetch({ names, policy: POLICY, ...options })
  return fetch({ url, maxBytes: 1000, timeoutMs: 5000, signal, ...more })
}

async function portOf(t: Test, server: Server | ReturnType<typeof createTcp>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const serve = (t: Test, listener: RequestListener): Promise<number> =>
  portOf(t, createServer(listener))

await t.test('a file comes with its status, its type and its bytes', async t => {
  const port = await serve(t, (request, response) => {
    response.setHeader('content-type', 'Text/Plain; charset=utf-8')
    response.end(`${request.method} ${request.headers.host} ${request.url}`)
  })
  t.match(await fetchIt(`http://crl.test:${port}/a?b`), {
    kind: 'response',
    status: 200,
    contentType: 'text/plain',
    body: Buffer.from(`GET crl.test:${port} /a?b`),
  })
})

await t.test('a body is posted with its type', async t => {
  const port = await serve(t, (request, response) => {
    request.on('data', (chunk: Buffer) =>
      response.end(`${request.method} ${request.headers['content-type']} ${chunk.toString()}`),
    )
  })
  const body = Buffer.from('question')
  const result = await fetchIt(`http://crl.test:${port}/`, { body, contentType: 'application/x' })
  t.match(result, { body: Buffer.from('POST application/x question') })
})

await t.test('a redirect is an answer, and is not followed', async t => {
  let asked = 0
  const port = await serve(t, (_, response) => {
    asked += 1
    response.writeHead(302, { location: '/other' }).end()
  })
  t.match(await fetchIt(`http://crl.test:${port}/`), { kind: 'response', status: 302 })
  t.equal(asked, 1)
})

await t.test('more bytes than are wanted are not taken, announced or not', async t => {
  const port = await serve(t, (request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', 100_000_000)
    const timer = setInterval(() => response.write(Buffer.alloc(600)), 1)
    response.on('close', () => clearInterval(timer))
  })
  for (const path of ['announced', 'endless'])
    t.match(await fetchIt(`http://crl.test:${port}/${path}`), { code: 'too-large' }, path)
})

await t.test('an answer that never ends, or never begins, ends in time', async t => {
  const port = await serve(t, (request, response) => {
    if (request.url === '/begun') response.write('a')
  })
  for (const path of ['begun', 'silent'])
    t.match(await fetchIt(`http://crl.test:${port}/${path}`, { timeoutMs: 60 }), {
      code: 'timeout',
    })
})

await t.test('what breaks off or is no HTTP is said to be so', async t => {
  const port = await portOf(
    t,
    createTcp(socket => {
      socket.on('error', () => socket.destroy())
      socket.once('data', chunk => {
        const isBroken = chunk.includes('/broken')
        socket.end(isBroken ? 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc' : 'SSH-2.0\r\n')
      })
    }),
  )
  t.match(await fetchIt(`http://crl.test:${port}/broken`), { code: 'protocol' })
  t.match(await fetchIt(`http://crl.test:${port}/ssh`), { code: 'protocol' })
})

await t.test('nothing is asked of an address inside, or of none', async t => {
  t.match(await fetchIt('http://inside.test/'), {
    code: 'forbidden-address',
    detail: '10.0.0.1 is private',
  })
  t.match(await fetchIt('http://169.254.169.254/latest'), { code: 'forbidden-address' })
  t.match(await fetchIt('http://[::1]/'), { code: 'forbidden-address' })
  t.match(await fetchIt('http://gone.test/'), { code: 'no-address' })
  const bogus = fakeNames({ 'x.test': { a: ['127.0.0.1'], state: 'bogus' } })
  t.match(await fetchIt('http://x.test/', {}, { names: bogus }), { code: 'dns', detail: 'bogus' })
})

await t.test('a URL that is not for us is not fetched', async t => {
  const urls = ['ftp://crl.test/', 'http://a:b@crl.test/', 'http://crl.test:25/', 'nonsense']
  for (const url of [...urls, `http://crl.test/${'a'.repeat(2000)}`])
    t.match(await fetchIt(url), { code: 'bad-url' }, url.slice(0, 40))
})

await t.test('a closed port is no connection', async t => {
  const server = createTcp()
  const port = await portOf(t, server)
  await new Promise(done => server.close(done))
  t.match(await fetchIt(`http://crl.test:${port}/`), { code: 'connection', detail: 'ECONNREFUSED' })
})

await t.test('https is believed when the certificate has the name that was meant', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'fetch-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const authority = await createAuthority(directory)
  const trust = createSecureContext({ ca: await readFile(authority.file) })
  const certificate = await authority.issue('crl.test')
  const server = createSecure({ ...certificate }, (_, response) => response.end('ok'))
  server.on('tlsClientError', () => undefined)
  const port = await portOf(t, server)
  const table = { 'crl.test': { a: ['127.0.0.1'] }, 'other.test': { a: ['127.0.0.1'] } }
  const secure = { names: fakeNames(table), trust }
  t.match(await fetchIt(`https://crl.test:${port}/`, {}, secure), { kind: 'response' })
  t.match(await fetchIt(`https://other.test:${port}/`, {}, secure), { code: 'certificate' })
  t.match(await fetchIt(`https://crl.test:${port}/`), { code: 'certificate' })
})

await t.test('whoever asked can give up', async t => {
  const port = await serve(t, () => undefined)
  const giveUp = new AbortController()
  const asking = fetchIt(`http://crl.test:${port}/`, { signal: giveUp.signal })
  giveUp.abort(new Error('enough'))
  await t.rejects(asking, { message: 'enough' })
})
