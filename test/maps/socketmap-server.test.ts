import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SocketmapServer, type SocketmapOptions } from '../../src/maps/socketmap-server.js'

async function serving(t: Test, options: Partial<SocketmapOptions> = {}) {
  const trouble: unknown[] = []
  const server = new SocketmapServer({
    answer: async request => `OK ${request}`,
    onTrouble: thrown => trouble.push(thrown),
    ...options,
  })
  t.teardown(() => server.close())
  const port = (await server.listen({ host: '127.0.0.1', port: 0 })) ?? 0
  const talk = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    let said = ''
    socket.setEncoding('latin1').on('data', (part: string) => (said += part))
    socket.on('error', () => undefined)
    socket.end(text)
    await once(socket, 'close')
    return said
  }
  return { server, port, talk, trouble }
}

t.test('requests are answered in their order, many on one connection', async t => {
  const { talk } = await serving(t)
  t.equal(await talk('3:a b,3:c d,'), '6:OK a b,6:OK c d,')
})

t.test('what cannot be answered is a temporary failure, and the next request goes on', async t => {
  const { talk, trouble } = await serving(t, {
    answer: request =>
      request === 'x' ? Promise.reject(new Error('no')) : Promise.resolve('OK y'),
  })
  t.equal(await talk('1:x,1:y,'), '43:TEMP the policy cannot be had at the moment,4:OK y,')
  t.match(trouble, [{ message: 'no' }])
})

t.test('hostile bytes end their connection and nothing else', async t => {
  const { talk, trouble } = await serving(t)
  for (const text of ['GET / HTTP/1.0\r\n\r\n', '99999999:', '5000:', '3:abcd', '\0\0\0\0'])
    t.equal(await talk(text), '', JSON.stringify(text))
  t.equal(trouble.length, 5)
  t.equal(await talk('1:a'), '', 'half a request')
  t.equal(await talk('1:a,'), '4:OK a,')
})

t.test('a connection on which nothing comes is closed', async t => {
  const { port } = await serving(t, { idleMs: 5 })
  const socket = connect(port, '127.0.0.1')
  await once(socket.resume(), 'close')
  t.pass('closed by the server')
})

t.test('a socket that was left behind is taken over, any other file is not', async t => {
  const { server } = await serving(t)
  const directory = mkdtempSync(join(tmpdir(), 'pf-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'policyd.sock')
  const first = new SocketmapServer({ answer: async () => '', onTrouble: () => undefined })
  await first.listen({ path, mode: 0o660 })
  t.equal(statSync(path).mode & 0o777, 0o660)
  const second = new SocketmapServer({ answer: async () => '', onTrouble: () => undefined })
  await t.rejects(second.listen({ path, mode: 0o660 }), { code: 'EADDRINUSE' })
  await first.close()
  const file = join(directory, 'file')
  writeFileSync(file, 'x')
  await t.rejects(second.listen({ path: file, mode: 0o660 }), { code: 'EADDRINUSE' })
  t.ok(existsSync(file))
  await second.close()
  await server.close()
})
