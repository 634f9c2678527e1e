import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { startAskServer } from '../../src/cli/ask-server.js'
import type { Services } from '../../src/cli/container.js'
import { parseConfig } from '../../src/config/load.js'
import { memoryStore } from '../support/gateway-store.js'
import { recordLog } from '../support/log-recorder.js'

type Needed = Pick<Services, 'config' | 'store' | 'log' | 'now'>

t.test('answers are taken where the settings say, and nowhere else', async t => {
  const taken = createServer()
  await new Promise<void>(next => taken.listen(0, '127.0.0.1', next))
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const { log } = recordLog(t)
  const { store } = memoryStore({})
  const services = (text: string): Needed => ({
    config: parseConfig(text, undefined),
    store: Promise.resolve(store as unknown as Awaited<Services['store']>),
    log,
    now: () => 0,
  })
  t.equal(await startAskServer(services('')), undefined)
  const at = (listen: string): Needed =>
    services(`[ask]\nlisten = "${listen}"\nbase_url = "https://ask.example"`)
  await t.rejects(startAskServer(at(`127.0.0.1:${port}`)), { code: 'ERR_ASK_LISTEN' })
  await new Promise(next => taken.close(next))
  const running = await startAskServer(at(`127.0.0.1:${port}`))
  const reply = await fetch(`http://127.0.0.1:${port}/a/AAAAAAAAAAAAAAAAAAAAAA`)
  t.equal(reply.status, 404)
  t.match(await reply.text(), 'This link is not valid')
  await running?.stop()
  await t.rejects(fetch(`http://127.0.0.1:${port}/`))
})
