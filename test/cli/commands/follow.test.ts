import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommandLine } from '../../../src/cli/command-line.js'
import { jsonLines } from '../../../src/cli/commands/follow.js'

const LOG = [
  'Nov 24 10:00:00 mail postfix/qtls/smtp[1]: A1B2C3D: TLS is required, but was not offered by host mx.x.example[192.0.2.1]',
  'Nov 24 10:00:01 mail postfix/sealed/smtp[1]: A1B2C3D: to=<bob@x.example>, relay=mx.x.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)',
  'Nov 24 10:00:01 mail postfix/qmgr[1]: A1B2C3D: removed',
  '',
].join('\n')

async function follow(t: Test, folder: string, ...args: string[]) {
  const config = join(folder, 'milter.conf')
  const out: string[] = []
  const err: string[] = []
  const captured = [
    t.capture(process.stdout, 'write', (text: string) => out.push(text) > 0),
    t.capture(process.stderr, 'write', (text: string) => err.push(text) > 0),
  ]
  try {
    const code = await runCommandLine(['follow', '--config', config, ...args])
    return { code, out: out.join(''), err: err.join('') }
  } finally {
    for (const { restore } of captured) restore()
    process.exitCode = undefined
  }
}

void t.test('what the log holds, once, for programs', async t => {
  const folder = t.testdir({ 'mail.log': LOG })
  writeFileSync(
    join(folder, 'milter.conf'),
    `state_directory = "${folder}"\n[evidence]\nlog = "file:${folder}/mail.log"\n`,
  )
  const first = await follow(t, folder, '--once', '--from-start', '--json')
  t.match(first, { code: 0, err: '' })
  t.match(
    first.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
    [
      {
        kind: 'attempt',
        queue_id: 'A1B2C3D',
        service: 'qtls',
        dsn: '4.7.4',
        at: /^\d{4}-11-24T.*Z$/,
      },
      { kind: 'delivery', recipient: 'bob@x.example', status: 'sent', tls: null, text: '250 ok' },
      { kind: 'removed', queue_id: 'A1B2C3D' },
    ],
  )
  t.same(await follow(t, folder, '--once', '--json'), { code: 0, out: '', err: '' }, 'nothing new')
})

void t.test('a log that cannot be read', async t => {
  const folder = t.testdir({})
  const settings = (log: string): string =>
    `state_directory = "${folder}"\nevidence.log = "${log}"\n`
  writeFileSync(join(folder, 'milter.conf'), settings(`file:${folder}/absent.log`))
  t.match(await follow(t, folder, '--once'), {
    code: 75,
    out: '',
    err: /absent\.log cannot be read/,
  })
  writeFileSync(join(folder, 'milter.conf'), settings('mail.log'))
  t.match(await follow(t, folder, '--once'), {
    code: 78,
    err: /"auto", "journal" or "file:\/PATH"/,
  })
  t.match(await follow(t, folder, '--twice'), { code: 64 })
})

void t.test('help', async t => {
  const { code, out } = await follow(t, t.testdir({}), '--help')
  t.equal(code, 0)
  t.match(out, /--once[^]*--from-start[^]*--json[^]*Examples:[^]*docs\/guide\/log-lines\.md/)
})

void t.test('the end of a whole queue entry names nobody', async t => {
  const at = Date.parse('2026-11-24T10:00:00Z')
  const expired = {
    at,
    queueId: 'A1B2C3D',
    service: 'qmgr',
    recipient: '',
    relay: 'none',
    status: 'expired',
    dsn: '',
    text: 'returned to sender',
    tls: undefined,
  }
  const position = { source: 'journal', position: 's=1' }
  const [line] = jsonLines({ deliveries: [expired], attempts: [], removed: [], position })
  t.equal(
    JSON.stringify(line),
    '{"kind":"delivery","at":"2026-11-24T10:00:00.000Z","queue_id":"A1B2C3D","service":"qmgr","relay":"none","dsn":"","text":"returned to sender","recipient":null,"status":"expired","tls":null}',
  )
})
