import { createServer } from 'node:net'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { GatewayError } from '../../src/errors.js'
import type { RunPostfix } from '../../src/postfix/run.js'
import { LaneWatch } from '../../src/upkeep/lane-watch.js'
import { recordLog } from '../support/log-recorder.js'

interface Lab {
  readonly watch: LaneWatch
  readonly logged: ReturnType<typeof recordLog>
  /** Parameters that postconf prints; undefined: it cannot be run. */
  settings: Record<string, string> | undefined
  master: string[]
  failure: GatewayError | undefined
  touch(): void
}

const MASTER = ['split unix - - n - 20 smtp']

async function lab(t: Parameters<typeof recordLog>[0], answers = true): Promise<Lab> {
  const directory = t.testdir({ 'main.cf': '', 'master.cf': '' })
  const server = createServer(socket => socket.end())
  await new Promise<void>(next => server.listen(0, '127.0.0.1', next))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const listener = `127.0.0.1:${address.port}`
  if (answers) t.teardown(() => new Promise(next => server.close(next)))
  else await new Promise(next => server.close(next))
  const config = parseConfig(`[postfix]\nsplit_listener = "${listener}"`, undefined)
  const logged = recordLog(t)
  let stamp = 1000
  const it: Omit<Lab, 'watch'> = {
    logged,
    settings: {
      default_transport: `split:[127.0.0.1]:${address.port}`,
      milter_header_checks: 'pcre:/etc/postseal/lanes.pcre',
      config_directory: directory,
    },
    master: [...MASTER, `${listener} inet n - n - 40 smtpd -o milter_macro_daemon_name=re-split`],
    failure: undefined,
    touch() {
      stamp += 1
      writeFileSync(join(directory, 'main.cf'), String(stamp))
      utimesSync(join(directory, 'main.cf'), stamp, stamp)
    },
  }
  const run: RunPostfix = async (_, args) => {
    if (it.failure !== undefined) throw it.failure
    const stdout =
      args[0] === '-M'
        ? it.master.join('\n')
        : args[0] === '-x'
          ? Object.entries(it.settings ?? {})
              .map(([name, value]) => `${name} = ${value}\n`)
              .join('')
          : ''
    return { code: 0, stdout, stderr: '' }
  }
  return Object.assign(it, { watch: new LaneWatch(config, logged.log, run) })
}

t.test('lanes are in force from the second look on, when the listener answers', async t => {
  const { watch } = await lab(t)
  t.match(watch.state, { inForce: false, settled: false })
  await watch.look()
  t.match(watch.state, { inForce: false, settled: false })
  await watch.look()
  t.match(watch.state, { inForce: true, bindsLater: false, settled: true })
})

t.test('without an answer nothing is settled', async t => {
  const { watch } = await lab(t, false)
  for (let looks = 0; looks < 3; looks += 1) await watch.look()
  t.match(watch.state, { inForce: false, settled: false })
})

t.test('what is missing takes the lanes out of force', async t => {
  const cases: [what: string, change: (it: Lab) => void][] = [
    [
      'another default transport',
      it => (it.settings = { ...it.settings, default_transport: 'smtp' }),
    ],
    ['no pins', it => (it.settings = { ...it.settings, milter_header_checks: '' })],
    ['no lane', it => (it.master = it.master.slice(1))],
    ['no listener', it => (it.master = it.master.slice(0, 1))],
  ]
  for (const [what, change] of cases) {
    const it = await lab(t)
    await it.watch.settle(1000)
    t.match(it.watch.state, { inForce: true }, 'before')
    it.logged.expect('lanes are not in force')
    change(it)
    await it.watch.look()
    t.match(it.watch.state, { inForce: true }, 'nobody has touched the files')
    it.touch()
    await it.watch.look()
    t.match(it.watch.state, { inForce: false, settled: true }, what)
  }
})

t.test('a change of the files has to be seen twice', async t => {
  const it = await lab(t)
  await it.watch.settle(1000)
  it.logged.expect('lanes are not in force')
  it.settings = { ...it.settings, always_bcc: 'archive@in.example' }
  it.touch()
  await it.watch.look()
  t.match(it.watch.state, { settled: false })
  await it.watch.look()
  t.match(it.watch.state, { inForce: true, bindsLater: true, settled: true })
})

t.test('copies that a service makes count as well', async t => {
  const it = await lab(t)
  it.master.push('cleanup unix n - y - 0 cleanup -o recipient_bcc_maps=hash:/etc/x')
  await it.watch.settle(1000)
  t.match(it.watch.state, { inForce: true, bindsLater: true })
})

t.test('so does a content filter, which a pin would lead past', async t => {
  const it = await lab(t)
  it.settings = { ...it.settings, content_filter: 'scan:[127.0.0.1]:10025' }
  await it.watch.settle(1000)
  t.match(it.watch.state, { inForce: true, bindsLater: true })
})

t.test(
  'where there is no Postfix there are no lanes; one that falls silent is not absent',
  async t => {
    const it = await lab(t)
    it.failure = new GatewayError('ERR_POSTFIX_COMMAND', {
      command: 'postconf',
      reason: 'is not there',
    })
    await it.watch.look()
    t.match(it.watch.state, { inForce: false, settled: true })
    it.failure = undefined
    await it.watch.settle(1000)
    t.match(it.watch.state, { inForce: true })
    it.logged.expect('lanes are not in force')
    it.failure = new GatewayError('ERR_POSTFIX_COMMAND', {
      command: 'postconf',
      reason: 'is not there',
    })
    it.touch()
    await t.rejects(it.watch.look())
    t.match(it.watch.state, { inForce: false, settled: false })
  },
)

t.test('a Postfix that is late from the start is not taken for none', async t => {
  const it = await lab(t)
  const reason = 'did not end within 5 ms'
  it.failure = new GatewayError('ERR_POSTFIX_COMMAND', { command: 'postconf', reason })
  await t.rejects(it.watch.look())
  t.match(it.watch.state, { inForce: false, settled: false })
})

t.test('where there is no Postfix, it is asked for every tenth time only', async t => {
  const it = await lab(t)
  it.failure = new GatewayError('ERR_POSTFIX_COMMAND', {
    command: 'postconf',
    reason: 'is not there',
  })
  await it.watch.look()
  it.failure = undefined
  for (let turns = 1; turns <= 9; turns += 1) await it.watch.lookAgain()
  t.match(it.watch.state, { inForce: false, settled: true }, 'nobody has looked yet')
  await it.watch.lookAgain()
  t.match(it.watch.state, { inForce: false, settled: false }, 'it has come')
  await it.watch.lookAgain()
  t.match(it.watch.state, { inForce: true, settled: true }, 'each turn looks from here on')
})
