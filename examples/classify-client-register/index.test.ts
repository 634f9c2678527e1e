import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { buildMail, memoryState, runPlugin } from 'postseal/testkit'
import plugin from './index.js'

const asked: string[] = []
const register = createServer((request, response) => {
  const number = (request.url ?? '').slice('/clients/'.length)
  asked.push(number)
  if (number.startsWith('XX')) response.statusCode = 500
  else if (!number.startsWith('AB')) response.statusCode = 404
  response.end(number === 'AB0000009' ? '"maybe"' : `{"protected":${number === 'AB1234567'}}`)
}).listen(0, '127.0.0.1')
await once(register, 'listening')
after(() => {
  register.close()
  register.closeAllConnections()
})
const url = `http://127.0.0.1:${(register.address() as AddressInfo).port}/clients/`

const cases = [
  ['a protected client raises the class', 'About AB1234567.', [['confidential', '1']]],
  ['a client without protection does not', 'About AB7654321.', []],
  ['a number that the register does not know does not', 'Part no. ZZ1111111.', []],
  ['a mail without a number asks nobody', 'See you tomorrow.', []],
] as const

for (const [name, text, want] of cases) {
  test(name, async () => {
    const { labels } = await runPlugin(plugin, buildMail({ text }), { settings: { url } })
    assert.deepEqual(
      labels.map(label => [label.class, label.part]),
      want,
    )
  })
}

test('the reason shows the last two digits at most', async () => {
  const mail = buildMail({ subject: 'AB1234567', text: 'hello' })
  const { labels } = await runPlugin(plugin, mail, { settings: { url } })
  assert.equal(labels.length, 1)
  assert.ok(!JSON.stringify(labels).includes('AB12345'))
})

test('a number is asked about once, however often it stands there', async () => {
  asked.length = 0
  await runPlugin(plugin, buildMail({ text: 'AB7654321 AB7654321 AB7654321' }), {
    settings: { url },
  })
  assert.deepEqual(asked, ['AB7654321'])
})

for (const number of ['XX0000001', 'AB0000009']) {
  test(`no clear answer about ${number} defers the message`, async () => {
    const mail = buildMail({ text: `About ${number}.` })
    await assert.rejects(runPlugin(plugin, mail, { settings: { url } }))
  })
}

test('more questions than allowed defer the message, also in the next one', async () => {
  const state = memoryState()
  const settings = { url, max_per_hour: 1 }
  await runPlugin(plugin, buildMail({ text: 'AB7654321' }), { settings, state })
  const next = buildMail({ text: 'AB7654322' })
  await assert.rejects(runPlugin(plugin, next, { settings, state }), /max_per_hour/)
})

test('without an address the plugin does nothing', async () => {
  asked.length = 0
  const { labels } = await runPlugin(plugin, buildMail({ text: 'AB1234567' }))
  assert.deepEqual([labels, asked], [[], []])
})
