import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { notifyWith } from 'postseal/testkit'
import plugin from '../../../plugins/notify/sms-http/index.js'

const MESSAGE = {
  to: '+41791234567',
  text: 'Password for the message from "anna" & co: AB"C+D{secret}',
  id: 'sms.key',
}

interface Asked {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A gateway on this machine, which answers as the test says. */
async function gatewayOf(t: Test, ...statuses: readonly number[]) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += String(chunk)))
    request.on('end', () => {
      const status = statuses[asked.length] ?? 202
      asked.push({ method: request.method, headers: request.headers, body })
      if (status === 0) {
        request.socket.destroy()
        return
      }
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {})
      response.end(`you sent ${body}`)
    })
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  t.teardown(() => new Promise<void>(done => server.close(() => done())))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { asked, url: `http://127.0.0.1:${address.port}/messages` }
}

function secretFile(t: Test, text: string, mode = 0o600): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sms-')), 'secret')
  t.teardown(() => rmSync(dirname(file), { recursive: true }))
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

void t.test('a message is handed over as JSON, with a key that stays the same', async t => {
  const { asked, url } = await gatewayOf(t)
  await notifyWith(plugin, MESSAGE, { settings: { url } })
  await notifyWith(plugin, MESSAGE, { settings: { url } })
  t.match(asked[0], {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'sms.key' },
  })
  t.same(JSON.parse(asked[0]?.body ?? ''), { to: '+41791234567', text: MESSAGE.text })
  t.same(asked[1]?.body, asked[0]?.body)
  t.equal(asked[1]?.headers['idempotency-key'], 'sms.key')
})

void t.test('body, header fields and the form of the number are as the settings say', async t => {
  const { asked, url } = await gatewayOf(t)
  const settings = {
    url,
    method: 'PUT',
    format: 'form',
    body: 'To={to}&From=Clinic&Body={text}&key={secret}&n={id}',
    headers: ['Authorization: Basic {basic}', 'X-Key: {secret}', 'Content-Type: text/x-form'],
    secret_file: secretFile(t, 'user:pass&word\nsecond line\n'),
    number: 'zeros',
  }
  await notifyWith(plugin, MESSAGE, { settings })
  const [request] = asked
  t.match(request, {
    method: 'PUT',
    headers: {
      authorization: 'Basic dXNlcjpwYXNzJndvcmQ=',
      'x-key': 'user:pass&word',
      'content-type': 'text/x-form',
    },
  })
  t.same(Object.fromEntries(new URLSearchParams(request?.body)), {
    To: '0041791234567',
    From: 'Clinic',
    Body: MESSAGE.text,
    key: 'user:pass&word',
    n: 'sms.key',
  })
  await notifyWith(plugin, MESSAGE, { settings: { url, number: 'digits' } })
  t.match(JSON.parse(asked[1]?.body ?? ''), { to: '41791234567' })
})

void t.test('what the gateway answers says whether another try is of use', async t => {
  const cases: readonly (readonly [status: number, refused: boolean | undefined])[] = [
    [200, undefined],
    [204, undefined],
    [400, true],
    [410, true],
    [413, true],
    [422, true],
    [302, false],
    [401, false],
    [403, false],
    [404, false],
    [408, false],
    [429, false],
    [500, false],
    [503, false],
    [0, false],
  ]
  for (const [status, isRefused] of cases) {
    const { url } = await gatewayOf(t, status)
    const said: string[] = []
    const note = (event: string, reason = ''): void => void said.push(event, reason)
    const log = { error: note, warn: note, info: note, debug: note }
    const failed = await notifyWith(plugin, MESSAGE, { settings: { url }, log }).then(
      () => undefined,
      (thrown: Error & { code?: string }) => thrown,
    )
    t.equal(failed === undefined, isRefused === undefined, `${status}`)
    t.equal(failed?.code === 'ERR_SEAL_TEXT_REFUSED', isRefused === true, `${status}`)
    t.notMatch(`${said.join()} ${failed?.message}`, /AB"C|4179|you sent/)
  }
})

void t.test('a gateway that does not answer in time has not taken it', async t => {
  const server = createServer(() => undefined)
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const settings = { url: `http://127.0.0.1:${address.port}/`, timeout: '100ms' }
  await t.rejects(notifyWith(plugin, MESSAGE, { settings }), { name: 'NetworkError' })
})

void t.test(
  'settings by which a password would leave in the clear, or not at all, are refused',
  async t => {
    const url = 'https://sms.example.net/'
    const cases: readonly (readonly [settings: Readonly<Record<string, unknown>>, said: RegExp])[] =
      [
        [{}, /url must be set/],
        [{ url: 'http://sms.example.net/' }, /https:/],
        [{ url: 'http://127.0.0.1.example.net/' }, /https:/],
        [{ url, body: '{"to":{to}}' }, /no JSON/],
        [{ url, headers: ['no field'] }, /header field/],
        [{ url, secret_file: secretFile(t, 'x', 0o644) }, /others than its owner/],
        [{ url, secret_file: secretFile(t, '\n') }, /no secret/],
      ]
    for (const [settings, said] of cases)
      await t.rejects(notifyWith(plugin, MESSAGE, { settings }), said, JSON.stringify(settings))
  },
)
