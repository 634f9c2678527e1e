import { EventEmitter, once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runLogFollower, startLogFollower } from '../../src/cli/log-follower.js'
import { parseConfig } from '../../src/config/load.js'
import type { EvidenceBatch } from '../../src/store/evidence.js'
import { openStore } from '../../src/store/open-store.js'
import { recordLog } from '../support/log-recorder.js'
import { startInThisThread } from '../support/store-worker.js'

const removed = (queueId: string): string =>
  `Nov 24 10:00:00 mail postfix/qmgr[1]: ${queueId}: removed\n`

function bench(t: Test, settings = '') {
  const folder = t.testdir({ 'mail.log': removed('A1B2C3D') })
  const file = join(folder, 'mail.log')
  const evidence = settings === '' ? `evidence.log = "file:${file}"\n` : settings
  const config = parseConfig(
    `state_directory = "${folder}"\n${evidence}`,
    join(folder, 'milter.conf'),
  )
  const { log, lines, expect } = recordLog(t)
  const kept: EvidenceBatch[] = []
  const news = new EventEmitter()
  const onKept = (batch: EvidenceBatch): void => {
    kept.push(batch)
    news.emit('kept')
  }
  return {
    file,
    lines,
    expect,
    kept,
    news,
    options: { configFile: undefined, once: true, fromStart: true, onKept },
    /** Each command opens the store of its own and closes it. */
    services: () => ({
      config,
      log,
      store: openStore({
        url: config.store.url,
        deadlineMs: 10_000,
        startWorker: startInThisThread,
      }),
    }),
  }
}

void t.test('to the end, and on from there the next time', async t => {
  const { file, kept, options, services } = bench(t)
  const signals = new EventEmitter()
  await runLogFollower(options, signals, services())
  appendFileSync(file, removed('B1B2C3D'))
  await runLogFollower(options, signals, services())
  t.same(
    kept.flatMap(batch => batch.removed),
    ['A1B2C3D', 'B1B2C3D'],
  )
  t.equal(signals.listenerCount('SIGTERM'), 0)
})

void t.test('until it is told to stop', async t => {
  const { file, kept, lines, news, options, services } = bench(t)
  const signals = new EventEmitter()
  const running = runLogFollower({ ...options, once: false }, signals, services())
  await once(news, 'kept')
  appendFileSync(file, removed('B1B2C3D'))
  await once(news, 'kept')
  signals.emit('SIGTERM')
  await running
  t.same(
    kept.flatMap(batch => batch.removed),
    ['A1B2C3D', 'B1B2C3D'],
  )
  t.match(
    lines.map(line => line.event),
    ['following the log of Postfix', 'stopped'],
  )
})

void t.test('inside another daemon', async t => {
  const { file, services, lines } = bench(t)
  const parts = services()
  const follower = await startLogFollower(parts)
  await follower.stop()
  await (await parts.store).close()
  t.match(lines, [{ event: 'following the log of Postfix', fields: { file: `file:${file}` } }])
})

void t.test('a log that is not there, or cannot be found out', async t => {
  const absent = bench(t, 'evidence.log = "file:/nowhere/mail.log"\n')
  await t.rejects(runLogFollower(absent.options, new EventEmitter(), absent.services()), {
    code: 'ERR_EVIDENCE_LOG',
  })
})

void t.test('Postfix is asked for its log, where it is there to be asked', async t => {
  const { file, options, services } = bench(t, 'evidence.log = "auto"\n')
  const postconf = join(file, '..', 'postconf')
  writeFileSync(postconf, `#!/bin/sh\n[ "$*" = "-hx maillog_file" ] && echo ${file}\n`, {
    mode: 0o755,
  })
  const parts = services()
  const { postfix } = parts.config
  const config = { ...parts.config, postfix: { ...postfix, command_directory: join(file, '..') } }
  await runLogFollower(options, new EventEmitter(), { ...parts, config })

  const other = services()
  const nowhere = { ...postfix, command_directory: '/nowhere' }
  const found = await startLogFollower({
    ...other,
    config: { ...other.config, postfix: nowhere },
  }).then(
    async follower => {
      await follower.stop()
      return 'this machine has a log of its own'
    },
    ({ code }: { code: string }) => code,
  )
  await (await other.store).close()
  t.match(found, /^(?:this machine|ERR_EVIDENCE_NONE)/)
})
