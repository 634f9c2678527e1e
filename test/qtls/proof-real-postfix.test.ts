import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createAuthority } from '../../sandbox/certificates.js'
import { startPostfix } from '../../sandbox/postfix.js'
import { probeAddress } from '../../src/qtls/probe-address.js'
import { probeOptions } from '../support/qtls-probe.js'

await t.test(
  'a real Postfix is known by one connection, and has nothing to complain of',
  async t => {
    const directory = await mkdtemp(join(tmpdir(), 'qtls-postfix-'))
    t.teardown(() => rm(directory, { recursive: true }))
    await chmod(directory, 0o755)
    const authority = await createAuthority(join(directory, 'authority'))
    const { key, cert } = await authority.issue('mx.test')
    await writeFile(join(directory, 'key.pem'), key, { mode: 0o600 })
    await writeFile(join(directory, 'cert.pem'), cert)
    const postfix = await startPostfix({
      directory: join(directory, 'postfix'),
      mainCf: {
        smtpd_tls_security_level: 'may',
        smtpd_tls_cert_file: join(directory, 'cert.pem'),
        smtpd_tls_key_file: join(directory, 'key.pem'),
      },
    })
    t.teardown(() => postfix.stop())
    const limits = { connectMs: 5000, bannerMs: 10_000, commandMs: 10_000, handshakeMs: 10_000 }
    const facts = await probeAddress(
      { ip: '127.0.0.1', port: postfix.smtpPort },
      undefined,
      probeOptions({ smtp: { heloName: 'prober.test', limits } }),
      AbortSignal.timeout(25_000),
    )
    t.match(facts, {
      end: 'tls',
      takesInjection: false,
      session: { protocol: 'TLSv1.3', group: 'secp256r1', chain: { length: 2 } },
    })
    const line = await postfix.waitForLog(one => one.includes('disconnect from'))
    t.match(line, /ehlo=1 starttls=1 quit=1 commands=3/)
  },
)
