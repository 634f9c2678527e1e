import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { startPostfix } from '../../sandbox/postfix.js'
import { runPostseal, startDaemon } from '../support/lane-daemon.js'
import { sendLetter, written, type Letter } from '../support/lane-letter.js'
import { PostfixWatch } from '../support/lane-watch.js'
import { SmtpTalk } from '../support/milter-smtp.js'
import { startQtlsLab } from '../support/qtls-lab.js'
import { LAB_CASES } from '../support/qtls-lab-cases.js'

// Signed zones behind unbound, so that the prober of the daemon can believe what it is told.
t.setTimeout(120_000)
await enterNamespace()

const NAMES = ['good-rsa', 'selfsigned', 'brainpool', 'no-starttls']
const directory = await mkdtemp(join(tmpdir(), 'demand-'))
t.teardown(() => rm(directory, { recursive: true }))
await chmod(directory, 0o755)
const lab = await startQtlsLab(
  join(directory, 'lab'),
  LAB_CASES.filter(({ name }) => NAMES.includes(name)),
)
t.teardown(() => lab.close())

const config = join(directory, 'milter.conf')
const socket = join(directory, 'queue', 'postseal', 'milter.sock')
await writeFile(
  config,
  `state_directory = "${directory}/state"
internal_domains = ["home.test"]
hostname = "gateway.home.test"
listen.socket = "unix:${socket}"
listen.socket_mode = "0666"
log.format = "json"
postfix.config_directory = "${directory}/config"
[prober]
bogus_name = "bogus"
ca_file = "${lab.caFile}"
allowed_networks = ["127.0.0.0/8"]
`,
)
const postfix = await startPostfix({
  directory,
  style: 'debian',
  smtpPort: 2525,
  // Longer than the test: only who is woken leaves.
  mainCf: { smtp_tls_CAfile: lab.caFile, smtp_tls_CApath: '', minimal_backoff_time: '600s' },
  configure: async () => {
    const { code, stderr } = await runPostseal(config, ['setup', 'postfix', '--apply'])
    if (code !== 0) throw new Error(stderr)
  },
})
t.teardown(() => postfix.stop())
const watch = new PostfixWatch(postfix)
const daemon = await startDaemon({
  config,
  socket,
  logFile: join(directory, 'daemon.log'),
  onDeath: how => t.fail(`the daemon ended: ${how}`),
})
t.teardown(() => daemon.end())

/** Sends a letter to nobody's acquaintance; gives how each delivery went. */
async function story(letter: Letter, ends: 'sent' | 'bounced'): Promise<readonly string[]> {
  const [recipient = ''] = letter.to
  const { talk } = await SmtpTalk.open(postfix.smtpPort)
  const reply = await sendLetter(talk, letter, written(letter).bytes)
  talk.close()
  if (!reply.startsWith('250')) throw new Error(reply)
  await watch.delivery(recipient, ends, ends === 'sent' ? / to mx|250 / : /(?:)/)
  await watch.settled()
  return watch.story(recipient)
}

await t.test(
  'an unknown domain is looked at while its message waits, which then leaves',
  async t => {
    t.same(await story({ to: ['eva@good-rsa.test'], class: 'high' }, 'sent'), [
      'split: deferred 4.7.1',
      'split: sent to re-split',
      'qtls: Verified, sent to mx.good-rsa.test',
    ])
    const [server] = lab.serversOf('good-rsa')
    t.same(server?.arrivals, ['eva@good-rsa.test TLSv1.3'])
    t.equal(server?.connections(), 2, 'the look, and the delivery')
  },
)

await t.test('known now, it is neither waited for nor looked at again', async t => {
  t.same(await story({ to: ['max@good-rsa.test'], class: 'high' }, 'sent'), [
    'qtls: Verified, sent to mx.good-rsa.test',
  ])
  t.equal(lab.serversOf('good-rsa')[0]?.connections(), 3)
})

await t.test('where the look finds less, the message takes the way that is left', async t => {
  t.same(await story({ to: ['eva@selfsigned.test'] }, 'sent'), [
    'split: deferred 4.7.1',
    'split: sent to re-split',
    'tls: Untrusted, sent to mx.selfsigned.test',
  ])
})

await t.test('a server that has Brainpool alone gets its mail by the other lane', async t => {
  t.same(await story({ to: ['eva@brainpool.test'] }, 'sent'), [
    'split: deferred 4.7.1',
    'split: sent to re-split',
    'tls: Trusted, sent to mx.brainpool.test',
  ])
  t.same(lab.serversOf('brainpool')[0]?.arrivals, ['eva@brainpool.test TLSv1.2'])
})

await t.test('where it finds no TLS, the sender is told at once', async t => {
  const told = await story({ to: ['eva@no-starttls.test'], class: 'high' }, 'bounced')
  t.match(told, ['split: deferred 4.7.1', /^split: bounced 5\./])
  t.same(lab.serversOf('no-starttls')[0]?.arrivals, [])
})
