import t from 'tap'
import { parseMail } from '../../../src/message/parse-mail.js'
import { letterKeysOf, type LetterKeysOptions } from '../../../src/seal/keys/letter-keys.js'
import { readKeyFile } from '../../../src/seal/keys/read-key-file.js'
import { storedForm } from '../../../src/seal/keys/stored-key.js'
import type { StoredKey } from '../../../src/store/recipient-keys.js'
import { recordLog } from '../../support/log-recorder.js'
import { KeyMaker } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const signal = new AbortController().signal
const [key] = (await readKeyFile(maker.certificate('anna'), { now: Date.now() })).keys
const owner = { customer: '*', owner: 'anna@example.org', chain: [] }
const row: StoredKey = {
  ...storedForm(key!, { ...owner, source: 'import', addedBy: 'root' }),
  id: 1,
  addedAt: 1,
  usedAt: undefined,
}

function keysWith(more: Partial<LetterKeysOptions>, stored: StoredKey[] = []) {
  const asked: string[] = []
  let clock = Date.now()
  const keys = letterKeysOf({
    store: {
      of: async () => stored,
      used: async ids => void asked.push(`used ${ids.join()}`),
      add: async keys => {
        asked.push(
          ...keys.map(({ customer, owner, source }) => `add ${customer} ${owner} ${source}`),
        )
        return keys.map(() => 'added' as const)
      },
    },
    checks: { issuerProblem: () => undefined },
    minRsaBits: 2048,
    now: () => clock,
    timeoutMs: 60_000,
    log: recordLog(t).log,
    lookUp: async address => {
      asked.push(`look up ${address}`)
      return { kept: [], notes: [] }
    },
    ...more,
  })
  return { keys, asked, later: (ms: number) => void (clock += ms) }
}

void t.test('what is in the store is used without asking elsewhere', async t => {
  const { keys, asked } = keysWith({}, [row])
  t.same((await keys.find('anna@example.org', 'clinic', signal)).ids, { smime: [1], pgp: [] })
  t.same(asked, [])
  await keys.used([1])
  t.same(asked, ['used 1'])
})

void t.test('what a look-up keeps is used at once', async t => {
  const stored: StoredKey[] = []
  const { keys } = keysWith(
    {
      lookUp: async () => {
        stored.push(row)
        return { kept: [key!], notes: [] }
      },
    },
    stored,
  )
  t.same((await keys.find('anna@example.org', 'clinic', signal)).ids, { smime: [1], pgp: [] })
})

void t.test(
  'a key that came by a look-up is looked up again, and stays when that fails',
  async t => {
    for (const source of ['wkd', 'ldap'] as const) {
      const { keys, asked } = keysWith({}, [{ ...row, source }])
      t.same((await keys.find('anna@example.org', 'clinic', signal)).ids.smime, [1])
      t.same(asked, ['look up anna@example.org'])
    }
  },
)

void t.test('what a new look-up has removed or revoked is not used', async t => {
  const stored: StoredKey[] = [{ ...row, source: 'wkd' }]
  const lookUp = async () => {
    stored.length = 0
    return { kept: [], notes: ['wkd: its owner has revoked it'] }
  }
  const { keys } = keysWith({ lookUp }, stored)
  t.same((await keys.find('anna@example.org', 'clinic', signal)).ids.smime, [])
})

void t.test('who is not known anywhere has no keys, with a look-up and without', async t => {
  const { keys, asked } = keysWith({})
  t.same((await keys.find('bob@example.org', 'clinic', signal)).smime, [])
  t.same(asked, ['look up bob@example.org'])
  const alone = keysWith({ lookUp: undefined })
  t.same((await alone.keys.find('bob@example.org', 'clinic', signal)).smime, [])
})

void t.test('keys that a format refused are passed over for an hour', async t => {
  const { keys, later } = keysWith({}, [row])
  const found = async () => (await keys.find('anna@example.org', 'clinic', signal)).ids.smime
  keys.refuse([1])
  t.same(await found(), [])
  later(3_600_000)
  t.same(await found(), [1])
})

void t.test('a look-up that takes too long finds nothing, and is no failure', async t => {
  const logged = recordLog(t)
  logged.expect('keys of a recipient not found in time')
  const never = (_: string, until: AbortSignal) =>
    new Promise<never>((_done, fail) => {
      until.addEventListener('abort', () => fail(until.reason as Error), { once: true })
    })
  const { keys } = keysWith({ lookUp: never, timeoutMs: 1, log: logged.log })
  t.same((await keys.find('bob@example.org', 'clinic', signal)).smime, [])
  t.match(logged.lines, [{ fields: { domain: 'example.org', limit: 1 } }])
})

void t.test('a message that is given up ends it, and so does a store that fails', async t => {
  const { keys } = keysWith({}, [row])
  const over = AbortSignal.abort(new Error('over'))
  await t.rejects(keys.find('anna@example.org', 'clinic', over), { message: 'over' })
  const store = {
    of: () => Promise.reject(new Error('locked')),
    used: async () => undefined,
    add: async () => [],
  }
  const broken = keysWith({ store })
  await t.rejects(broken.keys.find('anna@example.org', 'x', signal), { message: 'locked' })
})

void t.test('the certificate of a signed mail is kept once a day, for each customer', async t => {
  maker.box.write('letter', Buffer.from('Content-Type: text/plain\r\n\r\nhello\r\n'))
  const signer = ['-signer', 'anna.pem', '-inkey', 'anna.key']
  const made = maker.openssl('cms', '-sign', '-in', 'letter', '-crlfeol', ...signer)
  const bytes = Buffer.concat([Buffer.from('From: anna@example.org\r\n'), made])
  const { keys, asked, later } = keysWith({})
  const learn = (mail: Buffer) => keys.learn(parseMail(mail), ['clinic', 'praxis'], signal)
  t.equal(await learn(bytes), 2)
  const added = ['add clinic anna@example.org harvest', 'add praxis anna@example.org harvest']
  t.same(asked, added)
  t.equal(await learn(bytes), 0)
  t.same(asked, added)
  later(24 * 3_600_000)
  t.equal(await learn(bytes), 2)
  t.equal(await learn(Buffer.from('From: anna@example.org\r\n\r\nhello\r\n')), 0)
  const strict = keysWith({ checks: { issuerProblem: () => 'nobody has issued it' } })
  t.equal(await strict.keys.learn(parseMail(bytes), ['clinic'], signal), 0)
  t.same(strict.asked, [])
})
