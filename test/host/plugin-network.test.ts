import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { NetworkError, pluginNetwork } from '../../src/host/plugin-network.js'

/** A service on the loopback address; gives its address and how often it was asked. */
async function service(t: Test, answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

void t.test('an answer is given as it came, whatever its status', async t => {
  const { url } = await service(t, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.statusCode = 418
      response.setHeader('X-Key', String(request.headers['x-key']))
      response.end(JSON.stringify({ sent: Buffer.concat(chunks).toString() }))
    })
  })
  const answer = await pluginNetwork().request(`${url}/a`, {
    method: 'POST',
    headers: { 'x-key': 'k' },
    body: 'hello',
  })
  t.equal(answer.status, 418)
  t.equal(answer.headers['x-key'], 'k')
  t.equal(answer.text(), '{"sent":"hello"}')
  t.same(answer.json(), { sent: 'hello' })
  t.equal(answer.fromCache, false)
})

void t.test('the same question is asked once as long as its answer may be kept', async t => {
  const { url, asked } = await service(t, (_request, response) => response.end('yes'))
  const network = pluginNetwork()
  const options = { cacheSeconds: 60 }
  const both = await Promise.all([network.request(url, options), network.request(url, options)])
  t.same(
    both.map(answer => answer.text()),
    ['yes', 'yes'],
  )
  t.equal(asked.length, 1, 'two at once share it')
  t.equal((await network.request(url, options)).fromCache, true)
  await network.request(url, { ...options, headers: { a: 'b' } })
  await network.request(url, { ...options, method: 'POST', body: 'x' })
  await network.request(url)
  t.equal(asked.length, 4, 'another header, another body, and who wants no kept answer')
})

void t.test('the end of one message does not end the question that another shares', async t => {
  let release = (): void => undefined
  const { url, asked } = await service(t, (_request, response) => {
    release = () => response.end('yes')
  })
  const network = pluginNetwork()
  const stop = new AbortController()
  const first = network.request(url, { cacheSeconds: 60, signal: stop.signal })
  const second = network.request(url, { cacheSeconds: 60 })
  stop.abort(new Error('the message ended'))
  await t.rejects(first, { message: 'the message ended' })
  while (asked.length === 0) await new Promise(resolve => setImmediate(resolve))
  release()
  t.equal((await second).text(), 'yes')
  t.equal(asked.length, 1)
})

void t.test('an error is not kept', async t => {
  let status = 503
  const { url } = await service(t, (_request, response) => {
    response.statusCode = status
    response.end()
  })
  const network = pluginNetwork()
  t.equal((await network.request(url, { cacheSeconds: 60 })).status, 503)
  status = 404
  t.equal((await network.request(url, { cacheSeconds: 60 })).status, 404)
  status = 200
  t.equal((await network.request(url, { cacheSeconds: 60 })).status, 404, 'not found is an answer')
})

void t.test('what is no whole answer in time throws, and does not say what was asked', async t => {
  const { url } = await service(t, (request, response) => {
    if (request.url === '/slow') response.write('a')
    else if (request.url === '/cut') {
      response.setHeader('Content-Length', '10')
      response.write('a', () => response.destroy())
    } else response.end(Buffer.alloc(2000))
  })
  const network = pluginNetwork()
  const cases = [
    ['/slow', { timeoutMs: 50 }, /^no whole answer within 50 ms$/],
    ['/cut', {}, /^no answer \((?:UND_ERR_SOCKET|ECONNRESET|failed)\)$/],
    ['/long', { maxBytes: 1999 }, /^an answer of more than 1999 bytes$/],
  ] as const
  for (const [path, options, message] of cases) {
    const thrown: unknown = await network.request(`${url}${path}`, options).catch(each => each)
    t.ok(thrown instanceof NetworkError, path)
    t.match((thrown as Error).message, message)
  }
  const answer = await network.request(url)
  t.throws(() => answer.json(), { message: 'an answer that is no JSON' })
})

void t.test('a service that is not there throws', async t => {
  const { url } = await service(t, (_request, response) => response.end())
  const port = Number(new URL(url).port)
  await t.rejects(pluginNetwork().request(`http://127.0.0.2:${port}/`), {
    name: 'NetworkError',
    message: 'no answer (ECONNREFUSED)',
  })
})

void t.test('a redirect is an answer, and where it leads is not asked', async t => {
  const { url, asked } = await service(t, (_request, response) => {
    response.writeHead(302, { Location: '/elsewhere' })
    response.end()
  })
  const { status, headers } = await pluginNetwork().request(url)
  t.same([status, headers['location']], [302, '/elsewhere'])
  t.equal(asked.length, 1)
})

void t.test('only the web is asked, with no password in the address', async t => {
  const network = pluginNetwork()
  await t.rejects(network.request('file:///etc/hostname'), TypeError)
  await t.rejects(network.request('https://user:word@service.example/'), TypeError)
  await t.rejects(network.request('nonsense'), TypeError)
  await t.rejects(network.request('http://127.0.0.1/', { signal: AbortSignal.abort() }))
})
