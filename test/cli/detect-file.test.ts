import { join } from 'node:path'
import t from 'tap'
import { detectFile } from '../../src/cli/detect-file.js'
import { loadConfig } from '../../src/config/load.js'
import type { Engine } from '../../src/gateway/engine.js'
import { loadPolicy } from '../../src/gateway/policy.js'
import type { Mail } from '../../src/message/mail.js'
import type { Finding } from '../../src/policy/model.js'

/** An engine under the settings of `file` whose detectors give `findings` and note what they saw. */
function engineOf(
  findings: readonly Finding[],
  shown: { mail?: Mail; head?: string } = {},
  file?: string,
): Engine {
  const config = loadConfig(file)
  const detect = async (mail: Mail): Promise<readonly Finding[]> => {
    shown.mail = mail
    shown.head = (await mail.head(mail.root, 100)).toString()
    return findings
  }
  return { config, policy: loadPolicy(config), host: { detect } } as unknown as Engine
}

const WEAK: Finding = {
  plugin: 'detect/test',
  system: 'zip',
  part: '1',
  verdict: 'weak',
  why: 'old',
}

t.test('a mail is read as one', async t => {
  const folder = t.testdir({ 'a.bin': 'From: anna@example.org\r\n\r\nBefund' })
  const shown: { mail?: Mail; head?: string } = {}
  const found = await detectFile(join(folder, 'a.bin'), engineOf([], shown))
  t.match(found, { verdict: 'not-encrypted' })
  t.equal(shown.mail?.root.type, 'text/plain')
  t.equal(shown.head, 'Befund')
})

t.test('a bare file is the only part of a message, byte for byte', async t => {
  const folder = t.testdir({ 'a.eml': Buffer.from('PK\u0003\u0004\r\n.\r\n') })
  const shown: { mail?: Mail; head?: string } = {}
  const found = await detectFile(join(folder, 'a.eml'), engineOf([WEAK], shown))
  t.match(found, { verdict: 'weak', coverage: 'whole', parts: [{ path: '1' }] })
  t.equal(shown.head, 'PK\u0003\u0004\r\n.\r\n')
})

t.test('only the footer that the settings name may stand beside protected content', async t => {
  const folder = t.testdir({
    'milter.conf': "[policy]\nboilerplate = ['Sent by Example Ltd\\.']\n",
    'a.eml': [
      'From: anna@example.org',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'Sent by Example Ltd.',
      '--b',
      'Content-Type: application/zip',
      '',
      'PK',
      '--b--',
      '',
    ].join('\r\n'),
  })
  const findings: Finding[] = [{ ...WEAK, part: '1.2', verdict: 'encrypted' }]
  const verdictUnder = (file?: string) =>
    detectFile(join(folder, 'a.eml'), engineOf(findings, {}, file))
  t.match(await verdictUnder(), { verdict: 'partial', coverage: 'attachments' })
  const named = await verdictUnder(join(folder, 'milter.conf'))
  t.match(named, { verdict: 'encrypted', coverage: 'whole', system: 'zip' })
})

t.test('an empty file protects nothing', async t => {
  const folder = t.testdir({ empty: '' })
  t.match(await detectFile(join(folder, 'empty'), engineOf([])), { verdict: 'not-encrypted' })
})

t.test('what cannot be read is an error', async t => {
  await t.rejects(detectFile('/nowhere/a', engineOf([])), { code: 'ENOENT' })
  await t.rejects(detectFile(t.testdir({}), engineOf([])), { code: 'EISDIR' })
})
