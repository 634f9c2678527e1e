import { connect, createServer } from 'node:net'
import t from 'tap'
import { freePort } from '../../sandbox/free-port.js'

t.test('ports drawn together differ, and each can be listened on', async t => {
  const ports = await Promise.all(Array.from({ length: 40 }, freePort))
  t.equal(new Set(ports).size, ports.length)
  for (const port of ports) {
    t.ok(port >= 10_000 && port < 32_000, `${port}`)
    const server = createServer()
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen(port, '127.0.0.1', done)
    })
    await new Promise(done => server.close(done))
  }
})

t.test('a port that was given is not given again, in no process of this network', async t => {
  const port = await freePort()
  const holder = connect(`\0postseal sandbox port ${port}`)
  await new Promise<void>((done, fail) => {
    holder.once('error', fail)
    holder.once('connect', () => done())
  })
  holder.destroy()
  const draw = Math.random
  t.teardown(() => Object.assign(Math, { random: draw }))
  Object.assign(Math, { random: () => (port - 10_000 + 0.5) / 22_000 })
  await t.rejects(freePort(), /no free port/)
})
