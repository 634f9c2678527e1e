import t from 'tap'
import type { KeyNetwork } from '../../src/cli/key-network.js'
import { letterKeysFor, sealsForKeys, type LetterKeysParts } from '../../src/cli/letter-keys.js'
import { loadConfig, parseConfig } from '../../src/config/load.js'
import type { Sealer } from '../../src/host/run-seal.js'
import { recordLog } from '../support/log-recorder.js'

const signal = new AbortController().signal

function parts(places: KeyNetwork['places'] = []) {
  const done: string[] = []
  const store: LetterKeysParts['store'] = {
    of: async (customer, owners) => {
      done.push(`of ${customer} ${owners.join()}`)
      return []
    },
    add: async keys => {
      done.push(`add ${keys.length}`)
      return []
    },
    used: async ids => void done.push(`used ${ids.join()}`),
    remove: async () => [],
    async *list() {},
  }
  const openNetwork = (): KeyNetwork => {
    done.push('open')
    return { places, revocation: async () => [], close: () => void done.push('close') }
  }
  const log = recordLog(t).log
  return { done, parts: { config: loadConfig(), store, log, now: Date.now, openNetwork } }
}

void t.test('nothing is opened before a letter wants keys, and once then', async t => {
  const { done, parts: all } = parts()
  const keys = letterKeysFor(all)
  keys.close()
  t.same(done, [])
  t.same((await keys.find('bob@x.example', 'clinic', signal)).smime, [])
  keys.open()
  await keys.used([3])
  keys.refuse([3])
  keys.close()
  t.same(done, ['open', 'of clinic bob@x.example,@x.example', 'used 3', 'close'])
})

void t.test('the places of the settings are asked for who is not known', async t => {
  const asked: string[] = []
  const { parts: all } = parts([
    {
      source: 'wkd',
      ask: async address => {
        asked.push(address)
        return { keys: [] }
      },
    },
  ])
  await letterKeysFor(all).find('Bob@x.example', 'clinic', signal)
  t.same(asked, ['bob@x.example'])
})

void t.test('authorities that cannot be read are an error when it is opened', t => {
  const config = parseConfig('[prober]\nca_file = "/nowhere/ca.pem"\n', undefined)
  const { openNetwork: _, ...all } = parts().parts
  t.throws(() => letterKeysFor({ ...all, config }).open(), { code: 'ERR_CONFIG_FILE' })
  t.end()
})

void t.test('it is known whether a format opens with a key', t => {
  const sealer = (opensWith: Sealer['opensWith']) => ({ opensWith }) as Sealer
  t.equal(sealsForKeys({ sealers: [sealer('password')] }), false)
  t.equal(sealsForKeys({ sealers: [sealer('password'), sealer('pgp-key')] }), true)
  t.end()
})
