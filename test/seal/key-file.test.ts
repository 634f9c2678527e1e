import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { addKey, createKeyFile, dropKeys, KeyFile, keyOf } from '../../src/seal/key-file.js'

async function path(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'keys-'))
  t.teardown(() => rm(directory, { recursive: true }))
  return join(directory, 'seal.key')
}

void t.test('a key file is made once, for its owner alone', async t => {
  const file = await path(t)
  t.equal(await createKeyFile(file), true)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const before = await readFile(file, 'utf8')
  t.match(before, /^[0-9a-f]{16} [0-9A-Za-z+/]{43}=\n$/)
  t.equal(await createKeyFile(file), false)
  t.equal(await readFile(file, 'utf8'), before, 'nothing is replaced')
})

void t.test('a text opens in its place and in no other', async t => {
  const file = await path(t)
  await createKeyFile(file)
  const keys = new KeyFile(file)
  const sealed = await keys.seal('pässword 🔑', 'letter password 1')
  t.equal(await keys.open(sealed, 'letter password 1'), 'pässword 🔑')
  t.notMatch(sealed, 'word')
  t.not(await keys.seal('pässword 🔑', 'letter password 1'), sealed, 'never the same twice')
  await t.rejects(keys.open(sealed, 'letter password 2'), { code: 'ERR_SEAL_SECRET' })
})

void t.test('every character of a stored text counts, and every length', async t => {
  const file = await path(t)
  await createKeyFile(file)
  const keys = new KeyFile(file)
  const sealed = await keys.seal('secret', 'x')
  let refused = 0
  for (let at = 0; at < sealed.length; at += 1) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    // The last character of base64url may have bits that mean nothing.
    if (at === sealed.length - 1) continue
    for (const changed of [
      sealed.slice(0, at),
      sealed.slice(0, at) + other + sealed.slice(at + 1),
    ]) {
      await t.rejects(keys.open(changed, 'x'), { code: 'ERR_SEAL_SECRET' }, String(at))
      refused += 1
    }
  }
  t.ok(refused > 100)
})

void t.test('a new key is used at once, and old texts open until their key is dropped', async t => {
  const file = await path(t)
  await createKeyFile(file)
  const keys = new KeyFile(file)
  const old = await keys.seal('secret', 'x')
  await addKey(file)
  const fresh = await keys.seal('secret', 'x')
  t.not(keyOf(fresh), keyOf(old))
  t.same(await keys.names(), [keyOf(fresh), keyOf(old)])
  t.equal(await keys.open(old, 'x'), 'secret')
  t.equal(await dropKeys(file, new Set([keyOf(old) ?? ''])), 0, 'what is needed stays')
  t.equal(await dropKeys(file, new Set()), 1)
  t.equal(await keys.open(fresh, 'x'), 'secret')
  await t.rejects(keys.open(old, 'x'), { code: 'ERR_SEAL_SECRET', message: /not in the key file/ })
  t.equal((await stat(file)).mode & 0o777, 0o600)
})

void t.test('a file that is not one is not used', async t => {
  const file = await path(t)
  const keys = new KeyFile(file)
  t.equal(await keys.isUsable(), false, 'none')
  await t.rejects(keys.seal('x', 'x'), { code: 'ERR_SEAL_KEY_FILE', temporary: true })
  await createKeyFile(file)
  t.equal(await keys.isUsable(), true)
  await chmod(file, 0o640)
  const open = new KeyFile(file)
  await t.rejects(open.seal('x', 'x'), { message: /others than its owner may read it/ })
  for (const [text, what] of [
    ['', /no keys/],
    ['0123456789abcdef short\n', /line 1 is not a key/],
    [`0123456789abcdef ${'A'.repeat(43)}=\nrubbish\n`, /line 2 is not a key/],
    ['x'.repeat(10_001), /too large/],
  ] as const) {
    await rm(file, { force: true })
    await writeFile(file, text, { mode: 0o600 })
    await t.rejects(new KeyFile(file).names(), { code: 'ERR_SEAL_KEY_FILE', message: what })
  }
  const nowhere = join(file, 'no', 'where')
  await t.rejects(createKeyFile(nowhere), { code: 'ERR_SEAL_KEY_FILE' })
})
