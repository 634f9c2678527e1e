import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/policyd.js'
import { command as domain } from '../../../src/cli/commands/domain.js'
import { loadConfig } from '../../../src/config/load.js'
import { postfixRunner } from '../../../src/postfix/run.js'
import { openStore } from '../../../src/store/open-store.js'
import { recordLog } from '../../support/log-recorder.js'
import { storeBench } from '../../support/store-commands.js'
import { startInThisThread } from '../../support/store-worker.js'

t.test('the postmap of Postfix is answered over a unix socket, until a signal ends it', async t => {
  const bench = storeBench(t, [command, domain])
  const root = mkdtempSync(join(tmpdir(), 'pf-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  writeFileSync(join(root, 'main.cf'), 'compatibility_level = 3.6\n')
  const postfix = postfixRunner({ config_directory: root, command_directory: '/usr/sbin' })
  const socket = join(root, 'policyd.sock')
  await bench.run(
    'domain',
    'set',
    'a.example',
    'qualified',
    '--match',
    'mx.a.example',
    '--reason',
    'r',
  )
  await bench.run('domain', 'set', '.b.example', 'mandatory', '--reason', 'r')
  const ask = async (map: string, key: string) => {
    const found = await postfix('postmap', ['-q', key, `socketmap:unix:${socket}:${map}`])
    return [found.code, found.stdout.trim(), found.stderr.trim()] as const
  }
  const config = loadConfig(join(bench.directory, 'milter.conf'))
  const { log } = recordLog(t)
  const url = config.store.url
  const openServices = () => ({
    config,
    log,
    now: Date.now,
    store: openStore({ url, deadlineMs: 10_000, startWorker: startInThisThread }),
  })
  let ended: unknown
  await new Promise<void>((listening, failed) => {
    const own = { listen: `unix:${socket}`, openServices, onListening: () => listening() }
    ended = command.handler({ config: undefined, ...own } as never)
    if (ended instanceof Promise) ended.catch(failed)
  })
  t.match(await ask('qtls_policy', 'a.example'), [0, /^secure match=mx\.a\.example /, ''])
  t.match(await ask('transport', 'a.example'), [0, 'qtls:', ''])
  t.match(await ask('tls_policy', 'x.b.example'), [0, /^encrypt /, ''])
  t.match(await ask('tls_policy', '.b.example'), [0, /^encrypt /, ''])
  t.match(await ask('tls_policy', '.example'), [1, '', ''])
  t.match(await ask('tls_policy', 'new.example'), [1, '', /not been tested yet/])
  process.emit('SIGTERM')
  await t.resolves(ended as Promise<void>)
})
