import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runDaemon } from '../../src/cli/daemon.js'
import { sendMail, type MailResult } from '../../src/milter/index.js'

/** A daemon of this process on a unix socket, with its log. */
interface Running {
  readonly signals: EventEmitter
  readonly ended: Promise<void>
  readonly file: string
  readonly logged: (event: string) => Promise<Record<string, unknown>>
  readonly send: (message: string) => Promise<MailResult>
}

/** Short enough for a unix socket, whose path may have 107 bytes. */
function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'daemon-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function settings(folder: string, more = ''): string {
  return `state_directory = "${folder}"\n${more}`
}

async function start(t: Test): Promise<Running> {
  const folder = shortFolder(t)
  const file = join(folder, 'milter.conf')
  writeFileSync(file, settings(folder))
  const socket = join(folder, 'milter.sock')
  const lines: Record<string, unknown>[] = []
  const arrived = new EventEmitter()
  const captured = t.capture(process.stderr, 'write', (chunk: string) => {
    for (const line of chunk.trim().split('\n')) lines.push(JSON.parse(line))
    arrived.emit('line')
    return true
  })
  t.teardown(() => captured.restore())
  const signals = new EventEmitter()
  const ended = runDaemon(
    {
      configFile: file,
      overrides: { 'listen.socket': `unix:${socket}`, 'log.format': 'json' },
      everything: true,
    },
    signals,
  )
  const logged = async (event: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const at = lines.findIndex(line => line['event'] === event)
      if (at >= 0) return lines.splice(at, 1)[0] ?? {}
      await Promise.race([once(arrived, 'line'), ended])
    }
  }
  await logged('listening')
  const send = (message: string): Promise<MailResult> =>
    sendMail(
      { path: socket },
      { sender: 'a@in.example', recipients: ['b@out.example'], message: Buffer.from(message) },
    )
  return { signals, ended, file, logged, send }
}

const LETTER = 'Subject: x\r\n\r\nhello\r\n'

t.test(
  'a daemon answers, takes new settings, keeps the old when they are wrong, and drains',
  async t => {
    const { signals, ended, file, logged, send } = await start(t)
    const folder = join(file, '..')
    t.equal((await send(LETTER)).verdict, 'tempfail', 'nothing is known of the domain')
    t.match(await logged('decided'), { reply: '451 4.7.1', mode: 'enforce' })

    writeFileSync(file, settings(folder, 'mode = "obey"\n'))
    signals.emit('SIGHUP')
    t.match(await logged('settings not read, the old ones stay in force'), {
      level: 'error',
      code: 'ERR_CONFIG_INVALID',
      reason: /milter\.conf:2:8: mode/,
    })
    t.equal((await send(LETTER)).verdict, 'tempfail', 'the old settings are in force')

    writeFileSync(file, settings(folder, 'mode = "observe"\nmilter.max_connections = 7\n'))
    signals.emit('SIGHUP')
    t.match(await logged('settings read again'), { mode: 'observe' })
    t.match(await logged('some settings take effect at the next start'), { reason: 'milter' })
    t.equal((await send(LETTER)).verdict, 'accept', 'the new settings are in force')

    signals.emit('SIGTERM')
    t.match(await logged('stopping'), { reason: 'SIGTERM' })
    await ended
    await t.rejects(send(LETTER), 'nobody listens any more')
    t.equal(signals.listenerCount('SIGHUP'), 0)
  },
)

t.test('a daemon that cannot start says why and leaves nothing open', async t => {
  const folder = shortFolder(t)
  const file = join(folder, 'milter.conf')
  const cases: [what: string, more: string, socket: string, code: string][] = [
    ['settings', 'mod = 1\n', 'inet:127.0.0.1:0', 'ERR_CONFIG_INVALID'],
    ['a plugin', 'plugins.detect = ["detect/absent"]\n', 'inet:127.0.0.1:0', 'ERR_CONFIG_INVALID'],
    ['a socket', '', `unix:${folder}/absent/milter.sock`, 'ERR_MILTER_LISTEN'],
    ['systemd', '', 'systemd', 'ERR_LISTEN'],
    ['a group', 'listen.socket_group = "no-such-group"\n', `unix:${folder}/g.sock`, 'ERR_LISTEN'],
  ]
  for (const [what, more, socket, code] of cases) {
    writeFileSync(file, settings(folder, more))
    await t.rejects(
      runDaemon(
        { configFile: file, overrides: { 'listen.socket': socket }, everything: false },
        new EventEmitter(),
      ),
      { code },
      what,
    )
  }
})
