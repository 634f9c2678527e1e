import t from 'tap'
import type { LetterKeys } from '../../src/seal/keys/letter-keys.js'
import { NO_KEYS, type UsableKeys } from '../../src/seal/keys/usable-keys.js'
import { openFixture } from '../support/seal-fixture.js'
import { LETTER, pass, sealingGateway, type SealingGateway } from '../support/seal-gateway.js'
import { KeyMaker } from '../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
maker.certificate('bob', { key: 'rsa:2048' })
const SMIME: UsableKeys = {
  ...NO_KEYS,
  smime: [maker.pem('bob').toString()],
  ids: { smime: [7], pgp: [] },
}
/** A certificate that the store knows nothing against, and that the format refuses all the same. */
const BROKEN: UsableKeys = { ...SMIME, smime: ['no certificate'], ids: { smime: [8], pgp: [] } }

/** Keys of bob; what is done with them is written down. */
function keysOf(found: UsableKeys | (() => UsableKeys)) {
  const done: string[] = []
  const left = new Set<number>()
  const keys: LetterKeys = {
    find: async (address, customer) => {
      done.push(`find ${address} ${customer}`)
      const now = typeof found === 'function' ? found() : found
      return now.ids.smime.some(id => left.has(id)) ? NO_KEYS : now
    },
    learn: async () => 0,
    used: async ids => void done.push(`used ${ids.join()}`),
    refuse: ids => {
      done.push(`refuse ${ids.join()}`)
      for (const id of ids) left.add(id)
    },
  }
  return { keys, done }
}

function gatewayWith(
  t: Parameters<typeof sealingGateway>[0],
  recipientKeys: LetterKeys,
  more = {},
) {
  const plugin = '[plugin."seal/smime"]\nrun_in = "main"'
  return sealingGateway(t, { formats: ['seal/smime'], plugin, recipientKeys, ...more })
}

async function sealed(gateway: SealingGateway, sender = { auth: { user: 'anna' } } as object) {
  const first = await gateway.send({
    message: LETTER,
    recipients: ['bob@bad.example'],
    queueId: 'AAAAAAAA1',
    ...sender,
  })
  return { onward: first.message, split: await pass(gateway, 're-split', first.message!) }
}

function decrypted(mail: Buffer): string {
  maker.box.write('letter.eml', mail)
  const own = ['-recip', 'bob.pem', '-inkey', 'bob.key']
  return maker.openssl('cms', '-decrypt', '-in', 'letter.eml', ...own).toString()
}

void t.test('who has a certificate gets S/MIME, and nobody is told a password', async t => {
  const { keys, done } = keysOf(SMIME)
  const gateway = await gatewayWith(t, keys)
  const { split } = await sealed(gateway)
  t.match(split, { verdict: 'accept', lane: 'sealed' })
  t.match(split.onward.toString(), /^Content-Type: application\/pkcs7-mime; smime-type=enveloped/m)
  t.notMatch(split.onward.toString(), /Befund|Secret/)
  t.match(decrypted(split.onward), /Subject: \[hoch\] Befund\r\n[^]*Secret text/)
  t.same(gateway.memory.notices, [])
  t.match([...gateway.memory.sealed.letters.values()], [{ way: 'key', format: 'smime' }])
  t.same(done, ['find bob@bad.example default', 'used 7'], 'looked for at split alone')
})

void t.test('a stranger can write to who has a certificate, without an officer', async t => {
  const gateway = await gatewayWith(t, keysOf(SMIME).keys)
  const { split } = await sealed(gateway, {})
  t.match(split, { verdict: 'accept', lane: 'sealed' })
  t.match(decrypted(split.onward), 'Secret text')
})

void t.test('without a key there is a password as before', async t => {
  const { keys, done } = keysOf({ ...NO_KEYS, problems: ['smime: its authority has revoked it'] })
  const gateway = await gatewayWith(t, keys)
  const { split } = await sealed(gateway)
  t.match(openFixture(split.onward, await gateway.password()).toString(), 'Secret text')
  t.same(done, ['find bob@bad.example default'])
  t.match(gateway.records[1]?.decision.recipients, [
    { action: 'seal', why: /smime: its authority has revoked it$/ },
  ])
})

void t.test('a format that can use none of the keys gives way to the next, on record', async t => {
  const { keys, done } = keysOf(BROKEN)
  const gateway = await gatewayWith(t, keys)
  const { split } = await sealed(gateway)
  t.match(split, { verdict: 'accept', lane: 'sealed' })
  t.match(openFixture(split.onward, await gateway.password()).toString(), 'Secret text')
  t.same(done, ['find bob@bad.example default', 'refuse 8'])
  t.match([...gateway.memory.sealed.letters.values()], [{ way: 'sender', format: 'fixture' }])
  t.match(gateway.memory.notices, [{ kind: 'password' }])
  t.match(gateway.records[1]?.decision.recipients, [{ why: /smime: the format could use no key$/ }])
})

void t.test(
  'where no other format is left, the next try knows that the keys will not do',
  async t => {
    const gateway = await gatewayWith(t, keysOf(BROKEN).keys, {
      settings: '[[seal_to]]\nrecipients = ["@bad.example"]\nformats = ["smime"]\n',
    })
    gateway.logged.expect('message not examined')
    const first = await pass(gateway, 'first', LETTER)
    t.match(await pass(gateway, 're-split', first.onward), { verdict: 'tempfail' })
    const again = await pass(gateway, 're-split', first.onward)
    t.match(again, { verdict: 'reject', said: /no key of the recipient is known/ })
  },
)

void t.test(
  'a letter that was sealed with a password keeps it when a key comes to be known',
  async t => {
    let now = NO_KEYS
    const gateway = await gatewayWith(t, keysOf(() => now).keys)
    const { onward, split } = await sealed(gateway)
    now = SMIME
    const again = await pass(gateway, 're-split', onward!)
    const password = await gateway.password()
    for (const { onward: letter } of [split, again])
      t.match(openFixture(letter, password).toString(), 'Secret text')
  },
)

void t.test('a letter whose key is gone at the next try has a password then', async t => {
  let now = SMIME
  const gateway = await gatewayWith(t, keysOf(() => now).keys)
  const { onward } = await sealed(gateway)
  now = NO_KEYS
  const again = await pass(gateway, 're-split', onward!)
  t.match(openFixture(again.onward, await gateway.password()).toString(), 'Secret text')
  t.match(gateway.memory.notices, [{ kind: 'password' }])
})

void t.test('where nothing else opens, keys are looked for before split', async t => {
  const { keys, done } = keysOf(NO_KEYS)
  const only = '[[seal_to]]\nrecipients = ["@bad.example"]\nformats = ["smime"]\n'
  const gateway = await gatewayWith(t, keys, { settings: only })
  const recipients = Array.from({ length: 10 }, (_, index) => `b${index}@bad.example`)
  const first = await pass(gateway, 'first', LETTER, { recipients })
  t.match(first, { verdict: 'reject', said: /no key of the recipient is known/ })
  t.equal(done.length, 10)
})

void t.test('nobody is asked for keys where no format wants one', async t => {
  const { keys, done } = keysOf(SMIME)
  const gateway = await sealingGateway(t, { recipientKeys: keys })
  const { split } = await sealed(gateway)
  t.equal(split.lane, 'sealed')
  t.same(done, [])
})
