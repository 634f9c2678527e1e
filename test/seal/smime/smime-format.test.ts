import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sealAsSmime } from '../../../src/seal/smime/smime-format.js'
import { bodyOf, clinicMail, INNER_MAIL, sampleOrder } from '../../support/seal-samples.js'

const { signal } = new AbortController()
/** Certificates are made while the tests run. */
const NOW = new Date(Date.now() + 3_600_000)

/** A certificate that signs itself, and its key. */
function certificate(folder: string, name: string, ...options: readonly string[]): string {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)]
  const subject = ['-subj', `/CN=${name}`, '-days', '30']
  execFileSync('openssl', ['req', '-x509', '-nodes', ...options, ...subject, ...files], {
    stdio: 'ignore',
  })
  return readFileSync(join(folder, `${name}.pem`), 'utf8')
}

const RSA = ['-newkey', 'rsa:2048']
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:']

t.test('openssl opens it, with RSA and with curves, each recipient by itself', async t => {
  const folder = t.testdir()
  const keys = [
    certificate(folder, 'rsa', ...RSA),
    certificate(folder, 'p256', ...EC.slice(0, 3), 'ec_paramgen_curve:prime256v1'),
    certificate(folder, 'p384', ...EC.slice(0, 3), 'ec_paramgen_curve:secp384r1'),
  ]
  const letter = await sealAsSmime(sampleOrder(clinicMail(), { keys }), signal, NOW)
  const body = await bodyOf(letter)
  t.equal(body.length, letter.bodyBytes)
  const der = join(folder, 'letter.der')
  writeFileSync(der, Buffer.from(body.toString('latin1'), 'base64'))
  for (const name of ['rsa', 'p256', 'p384']) {
    const [pem, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
    const args = [
      'cms',
      '-decrypt',
      '-binary',
      '-inform',
      'DER',
      '-in',
      der,
      '-recip',
      pem,
      '-inkey',
      key,
    ]
    const { stdout, stderr } = spawnSync('openssl', args)
    t.equal(stdout.toString('latin1'), INNER_MAIL, `${name} ${stderr.toString()}`)
  }
  const print = ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', der]
  const shown = execFileSync('openssl', print, { encoding: 'utf8' })
  t.match(shown, /aes-256-cbc/)
  t.match(shown, /rsaesOaep/)
})

t.test('a certificate that is of no use is not used', async t => {
  const folder = t.testdir()
  const good = certificate(folder, 'good', ...RSA)
  const cases: [string, readonly string[], Date, RegExp][] = [
    ['none', [], NOW, /no certificate is known/],
    ['no PEM', ['hello'], NOW, /no certificate is known/],
    [
      'broken',
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
      NOW,
      /cannot be read/,
    ],
    ['too early', [good], new Date(0), /not valid yet/],
    ['too late', [good], new Date('2099-01-01'), /has expired/],
    ['too short', [certificate(folder, 'short', '-newkey', 'rsa:1024')], NOW, /too short/],
    ['another kind', [certificate(folder, 'ed', '-newkey', 'ed25519')], NOW, /another kind/],
    [
      'for signatures',
      [certificate(folder, 'sign', ...RSA, '-addext', 'keyUsage=digitalSignature')],
      NOW,
      /not meant for encryption/,
    ],
  ]
  for (const [name, keys, now, reason] of cases) {
    const sealed = sealAsSmime(sampleOrder(clinicMail(), { keys }), signal, now)
    await t.rejects(sealed, { code: 'ERR_SEAL_KEY', message: reason }, name)
  }
  const usable = certificate(folder, 'both', ...RSA, '-addext', 'keyUsage=keyEncipherment')
  t.ok(await sealAsSmime(sampleOrder(clinicMail(), { keys: ['hello', usable] }), signal, NOW))
})
