import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { sealAsPgp } from '../../../src/seal/pgp/pgp-format.js'
import { bodyOf, clinicMail, INNER_MAIL, sampleOrder } from '../../support/seal-samples.js'

const { signal } = new AbortController()
/** Keys are made while the tests run. */
const NOW = new Date(Date.now() + 3_600_000)
/** Short, because a socket lies in it. */
const home = mkdtempSync(join(tmpdir(), 'pgp-'))
t.teardown(() => {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  rmSync(home, { recursive: true, force: true })
})
const gpg = (...args: readonly string[]): string =>
  execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

function key(name: string, algorithm: string, usage: string): string {
  gpg('--passphrase', '', '--quick-gen-key', name, algorithm, usage, '30d')
  return gpg('--armor', '--export', name)
}

t.test('gpg opens it, with RSA and with a curve', async t => {
  for (const [name, algorithm, usage] of [
    ['rsa@x.example', 'rsa2048', 'cert,encrypt'],
    ['ecc@x.example', 'future-default', 'default'],
  ] as const) {
    const keys = [key(name, algorithm, usage)]
    const letter = await sealAsPgp(sampleOrder(clinicMail(), { keys }), signal, NOW)
    const body = await bodyOf(letter)
    t.equal(body.length, letter.bodyBytes)
    const text = body.toString('latin1')
    t.match(text, /application\/pgp-encrypted\r\n\r\nVersion: 1\r\n/)
    const file = join(home, 'letter.asc')
    writeFileSync(file, /-----BEGIN PGP MESSAGE[^]*END PGP MESSAGE-----/.exec(text)?.[0] ?? '')
    t.equal(gpg('--decrypt', file), INNER_MAIL, name)
    const packets = spawnSync(
      'gpg',
      ['--homedir', home, '--batch', '--verbose', '--decrypt', file],
      { encoding: 'latin1' },
    )
    t.match(packets.stderr, /AES256/)
  }
})

t.test('a key that is of no use is not used', async t => {
  const good = key('good@x.example', 'rsa2048', 'cert,encrypt')
  const cases: [string, readonly string[], Date][] = [
    ['none', [], NOW],
    ['no key', ['hello'], NOW],
    ['broken', [good.replace(/\n\n[^]*?\n/, '\n\nAAAA\n')], NOW],
    ['for signatures', [key('sign@x.example', 'rsa2048', 'sign')], NOW],
    ['expired', [good], new Date('2099-01-01')],
  ]
  for (const [name, keys, now] of cases)
    await t.rejects(
      sealAsPgp(sampleOrder(clinicMail(), { keys }), signal, now),
      { code: 'ERR_SEAL_KEY' },
      name,
    )
  t.ok(cases.length > 0)
})
