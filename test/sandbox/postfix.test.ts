import { chmod, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'

import { startPostfix, stopPostfix } from '../../sandbox/postfix.js'

await t.test(
  'a private Postfix takes mail by SMTP and by sendmail(1) and is gone after stop',
  async t => {
    const directory = await shortDirectory(t)
    const postfix = await startPostfix({ directory, transport: { 'b.test': 'discard:' } })

    t.match(await greeting(postfix.smtpPort), /^220 postfix\.sandbox\.test ESMTP/)
    const sent = await postfix.sendmail(['-f', 'a@a.test', 'x@b.test'], 'Subject: one\n\nbody\n')
    t.same(sent, { code: 0, stdout: '', stderr: '' })
    t.match(
      await postfix.waitForLog(line => line.includes('status=')),
      /to=<x@b\.test>.*status=sent/,
    )
    t.equal(await postfix.postqueue(['-p']), 'Mail queue is empty\n')

    const pid = await masterPid(postfix.queueDirectory)
    t.equal(await isRunning(pid), true)
    await postfix.stop()
    t.equal(await isRunning(pid), false)
    await postfix.stop()
  },
)

await t.test(
  'a second start in the same place stops the first, and nothing of it is lost',
  async t => {
    const directory = await shortDirectory(t)
    const first = await startPostfix({
      directory,
      mainCf: { defer_transports: 'discard' },
      transport: { '*': 'discard:' },
    })
    await first.sendmail(['-f', 'a@a.test', 'x@b.test'], 'Subject: waits\n\nbody\n')
    await first.waitForLog(line => line.includes('status=deferred'))
    const pid = await masterPid(first.queueDirectory)
    const second = await startPostfix({ directory, transport: { '*': 'discard:' } })
    t.equal(await isRunning(pid), false)
    await second.postqueue(['-f'])
    t.match(await second.waitForLog(line => line.includes('status=sent')), 'to=<x@b.test>')
  },
)

await t.test('stopped just after its start, it leaves nothing that hinders the next', async t => {
  const directory = await shortDirectory(t)
  for (let times = 0; times < 15; times++) {
    const postfix = await startPostfix({ directory })
    t.match(await greeting(postfix.smtpPort), /^220 /)
  }
})

await t.test('below a directory that only root may enter', async t => {
  const outer = await shortDirectory(t)
  await chmod(outer, 0o700)
  const directory = join(outer, 'inside')
  const postfix = await startPostfix({ directory, transport: { '*': 'discard:' } })
  const data = await readFile(join(directory, 'data-directory'), 'utf8')
  t.notOk(data.startsWith(outer))
  await postfix.sendmail(['-f', 'a@a.test', 'x@b.test'], 'Subject: s\n\nbody\n')
  await postfix.waitForLog(line => line.includes('status=sent'))
  await postfix.stop()
  await t.rejects(readFile(join(data, 'master.lock')), { code: 'ENOENT' }, 'cleared away')
})

await t.test('what cannot be started says why', async t => {
  const directory = await shortDirectory(t)
  await t.rejects(startPostfix({ directory: join(directory, 'x'.repeat(100)) }), /86 bytes at most/)
  const wrong = startPostfix({ directory, masterExtra: 'no such line' })
  await t.rejects(wrong, /did not start[^]*master\.cf/)
  await t.rejects(
    (await startPostfix({ directory })).waitForLog(() => false, 1),
    /no such line in .*mail\.log/,
  )
  await t.rejects((await startPostfix({ directory })).postsuper(['-d']), /postsuper ended with 1/)
  await t.rejects(startPostfix({ directory, style: 'debian' }), /in a network of its own only/)
  const { getuid } = process
  t.teardown(() => Object.assign(process, { getuid }))
  Object.assign(process, { getuid: () => 1000 })
  await t.rejects(startPostfix({ directory }), /cannot be started without root/)
})

await t.test('a pid file that names a stranger stops nobody', async t => {
  const directory = await shortDirectory(t)
  const postfix = await startPostfix({ directory })
  const file = join(postfix.queueDirectory, 'pid', 'master.pid')
  const pid = await masterPid(postfix.queueDirectory)
  for (const wrong of ['', '1', '-1', 'x', String(process.pid)]) {
    await writeFile(file, wrong)
    await postfix.stop()
  }
  t.equal(await isRunning(pid), true)
  await writeFile(file, String(pid))
  await postfix.stop()
  t.equal(await isRunning(pid), false)
})

async function masterPid(queueDirectory: string): Promise<number> {
  return Number(await readFile(join(queueDirectory, 'pid', 'master.pid'), 'utf8'))
}

async function shortDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pf-'))
  t.teardown(async () => {
    await stopPostfix(directory)
    await rm(directory, { recursive: true })
  })
  return directory
}

/** A process that ended but was not reaped yet has no executable any more. */
async function isRunning(pid: number): Promise<boolean> {
  return (await readlink(`/proc/${pid}/exe`).catch(() => '')) !== ''
}

function greeting(port: number): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5000, () => socket.destroy(new Error('no greeting')))
    socket.once('error', fail)
    socket.once('data', line => {
      socket.end()
      done(line.toString())
    })
  })
}

await t.test('mail for a domain without a transport never leaves the machine', async t => {
  const directory = await shortDirectory(t)
  const postfix = await startPostfix({ directory })
  await postfix.sendmail(['-f', '', 'x@elsewhere.test'], 'Subject: two\n\nbody\n')
  t.match(
    await postfix.waitForLog(line => line.includes('status=')),
    /to=<x@elsewhere\.test>.*status=bounced.*sandbox/,
  )
})
