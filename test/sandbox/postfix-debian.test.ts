import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import t from 'tap'

import { createAuthority } from '../../sandbox/certificates.js'
import { startDnsServer } from '../../sandbox/dns-server.js'
import { enterNamespace } from '../../sandbox/namespace.js'
import { startPostfix } from '../../sandbox/postfix.js'
import { startReceiver } from '../../sandbox/receiver.js'
import { startSaslServer } from '../../sandbox/sasl-server.js'

await enterNamespace()

const directory = await mkdtemp(join(tmpdir(), 'pf-'))
t.teardown(() => rm(directory, { recursive: true }))

const authority = await createAuthority(join(directory, 'certificates'))

const dns = await startDnsServer({
  names: {
    'good.test': { mx: ['10 mx.good.test'] },
    'mx.good.test': { a: ['127.0.0.2'] },
    'lonely.test': { a: ['127.0.0.3'] },
  },
})
t.teardown(() => dns.close())

const postfix = await startPostfix({
  directory,
  style: 'debian',
  mainCf: {
    smtp_tls_loglevel: '1',
    smtp_tls_CAfile: authority.file,
    smtpd_sasl_auth_enable: 'yes',
    smtpd_sasl_type: 'dovecot',
    smtpd_sasl_path: 'private/auth',
    mynetworks: '127.0.0.9',
  },
  configure: config => appendFile(join(config, 'main.cf'), 'minimal_backoff_time = 1s\n'),
})
t.teardown(() => postfix.stop())

const sasl = await startSaslServer(join(postfix.queueDirectory, 'private/auth'), { anna: 'pass' })
t.teardown(() => sasl.close())

await t.test('it is configured as Debian does it, and as the test wants it then', async t => {
  t.match(await readFile(join(postfix.configDirectory, 'master.cf'), 'utf8'), /^smtp +inet .*y/m)
  t.equal(await postfix.postconf(['-h', 'append_dot_mydomain', 'minimal_backoff_time']), 'no\n1s\n')
  await postfix.postfix(['reload'])
})

await t.test('mail finds its way by the names, and TLS is checked', async t => {
  const certificate = await authority.issue('mx.good.test')
  const good = await startReceiver({ name: 'good', address: '127.0.0.2', port: 25, certificate })
  t.teardown(() => good.close())
  await postfix.sendmail(['-f', 'a@home.test', 'b@good.test'], 'Subject: one\n\nbody\n')
  t.match(await good.mailTo('b@good.test'), { sender: 'a@home.test', tls: { version: 'TLSv1.3' } })
  await postfix.waitForLog(line => /Trusted TLS connection.*mx\.good\.test/.test(line))
  const lonely = await startReceiver({ name: 'lonely', address: '127.0.0.3', port: 25 })
  t.teardown(() => lonely.close())
  await postfix.sendmail(['-f', 'a@home.test', 'b@lonely.test'], 'Subject: one\n\nbody\n')
  t.equal((await lonely.mailTo('b@lonely.test')).tls, undefined)
  await postfix.sendmail(['-f', 'a@home.test', 'b@absent.test'], 'Subject: one\n\nbody\n')
  t.match(await postfix.waitForLog(line => line.includes('to=<b@absent.test>')), /status=bounced/)
})

await t.test('a client that is not on the network has to know a password', async t => {
  const server = { host: '127.0.0.1', port: 25, secure: false }
  const send = async (auth: object): Promise<unknown> => {
    const transport = createTransport({ ...server, ...auth })
    return transport
      .sendMail({ from: 'anna@home.test', to: 'b@absent.test', text: 'x' })
      .finally(() => transport.close())
  }
  await t.rejects(send({}), /454 4\.7\.1/)
  await t.rejects(send({ auth: { user: 'anna', pass: 'wrong' } }), /535/)
  await send({ auth: { user: 'anna', pass: 'pass' } })
  await postfix.waitForLog(line => line.includes('sasl_username=anna'))
})
