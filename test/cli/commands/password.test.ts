import { join } from 'node:path'
import t, { type Test } from 'tap'
import { command } from '../../../src/cli/commands/password.js'
import { createKeyFile, KeyFile, keyOf } from '../../../src/seal/key-file.js'
import { secretText } from '../../../src/seal/secret.js'
import { places } from '../../../src/seal/places.js'
import type { LetterEntry } from '../../../src/store/sealing.js'
import { storeBench } from '../../support/store-commands.js'

const LETTER: LetterEntry = {
  key: 'k1',
  customer: 'clinic',
  reference: '0123456789abcdefghij',
  sender: 'anna@clinic.example',
  recipient: 'bob@x.example',
  domain: 'x.example',
  format: 'html',
  way: 'sender',
  password: undefined,
  telephone: undefined,
  createdAt: 1000,
}
const WHY = ['--reason', 'called back']

async function bench(t: Test) {
  const commands = storeBench(t, command)
  const file = join(commands.directory, 'seal.key')
  commands.settings(`[seal]\nkey_file = ${JSON.stringify(file)}\n`)
  await createKeyFile(file)
  const keys = new KeyFile(file)
  const sealed = async (key: string, text: string): Promise<string> =>
    keys.seal(secretText({ password: text, seed: Buffer.alloc(32) }), places.letterPassword(key))
  await commands.prepare(async ({ sealing }) => {
    await sealing.keepLetter({ ...LETTER, password: await sealed('k1', 'ABCD') })
    const eva = { ...LETTER, key: 'k2', recipient: 'Eva@x.example', createdAt: 2000 }
    await sealing.keepLetter({ ...eva, password: await sealed('k2', 'EFGH') })
  })
  return { ...commands, keys, file }
}

t.test('a password is shown to who may see it, and that is on record first', async t => {
  const commands = await bench(t)
  const all = await commands.run('password', 'show', LETTER.reference, ...WHY)
  t.same(all, { out: 'Eva@x.example  EFGH\nbob@x.example  ABCD\n', err: '', exit: 0 })
  const one = ['password', 'show', LETTER.reference, '--recipient', 'eva@X.example', '--json']
  t.match(JSON.parse((await commands.run(...one, ...WHY)).out), { password: 'EFGH' })
  await commands.prepare(async store => {
    const audit = await store.listAudit('*')
    t.equal(audit.length, 3)
    t.match(audit, [
      { act: 'password-show', object: LETTER.reference, detail: 'x.example: called back' },
    ])
    t.notMatch(JSON.stringify(audit), /ABCD|EFGH|bob/)
  })
})

t.test('without a reason, a letter or a key nothing is shown', async t => {
  const commands = await bench(t)
  t.match(await commands.run('password', 'show', LETTER.reference, '--reason', ' '), { exit: 64 })
  t.match(await commands.run('password', 'show', 'unknown', ...WHY), { out: '', exit: 65 })
  const other = ['--customer', 'lawyer']
  t.match(await commands.run('password', 'show', LETTER.reference, ...other, ...WHY), { exit: 65 })
  commands.settings('[seal]\nkey_file = "/nowhere/seal.key"\n')
  const keyless = await commands.run('password', 'show', LETTER.reference, ...WHY)
  t.match(keyless, { out: '', exit: 75, err: /key file/ })
})

t.test('a standing password is made, listed without it, and removed', async t => {
  const commands = await bench(t)
  const key = ['clinic.example', 'Bob@X.example', '--customer', 'clinic']
  const made = await commands.run('password', 'set', ...key, '--generate', ...WHY)
  t.match(made, { out: /^(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}\n$/, exit: 0 })
  const listed = await commands.run('password', 'list')
  t.match(listed.out, /^standing {2}clinic\.example to bob@x\.example, by /)
  t.match(listed.out, /0123456789abcdefghij {2}html, password: sender, to bob@x\.example/)
  t.notMatch(listed.out, made.out.trim())
  t.notMatch((await commands.run('password', 'list', '--json')).out, /ABCD|"password"/)
  t.match(await commands.run('password', 'remove', ...key, ...WHY), { exit: 0 })
  t.match(await commands.run('password', 'remove', ...key, ...WHY), { exit: 65 })
  await commands.prepare(async store => {
    const acts = (await store.listAudit('*')).map(({ act }) => act)
    t.same(acts.toSorted(), ['password-remove', 'password-set'])
  })
})

t.test('who is no sender domain or no recipient is refused', async t => {
  const commands = await bench(t)
  for (const key of [
    ['not a domain', 'bob@x.example'],
    ['.clinic.example', 'bob@x.example'],
    ['clinic.example', 'bob'],
  ])
    t.match(await commands.run('password', 'set', ...key, '--generate', ...WHY), { exit: 64 })
})

t.test('a new key takes over everything, and the old one is gone', async t => {
  const commands = await bench(t)
  const [old = ''] = await commands.keys.names()
  t.match(await commands.run('password', 'rotate-key'), { err: /^2 stored texts.*taken out: 1/ })
  t.notOk((await commands.keys.names()).includes(old))
  const shown = await commands.run('password', 'show', LETTER.reference, ...WHY)
  t.match(shown.out, 'bob@x.example  ABCD')
  await commands.prepare(async ({ sealing }) => {
    const letter = await sealing.letter('k1')
    t.not(keyOf(letter?.password ?? ''), old)
  })
})
