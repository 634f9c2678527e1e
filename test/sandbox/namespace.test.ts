import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

import { enterNamespace, isInside } from '../../sandbox/namespace.js'
import { runCommand } from '../../sandbox/run-command.js'

await enterNamespace()

const MODULE = fileURLToPath(new URL('../../sandbox/namespace.js', import.meta.url))

await t.test(
  'inside there is the loopback network with all its addresses, and no other',
  async t => {
    t.ok(isInside())
    t.same(Object.keys(networkInterfaces()), ['lo'])
    const server = createServer().listen(25, '127.0.0.77')
    await once(server, 'listening')
    t.match(server.address(), { address: '127.0.0.77', port: 25 })
    server.close()
  },
)

await t.test('names are looked up at 127.0.0.1 and nowhere else', async t => {
  t.match(readFileSync('/etc/resolv.conf', 'utf8'), 'nameserver 127.0.0.1\noptions trust-ad')
  t.equal(readFileSync('/etc/hosts', 'utf8'), '127.0.0.1 localhost\n')
  t.match(readFileSync('/etc/nsswitch.conf', 'utf8'), 'hosts: files dns\n')
  t.match((await runCommand('getent', ['hosts', 'localhost'])).stdout, /^127\.0\.0\.1 /)
})

await t.test(
  'a program inside ends with its exit code, and who started it with the same',
  async t => {
    const { code, stdout } = await inside(t, ['sh', '-c', 'echo words; exit 7'])
    t.equal(stdout, 'words\n')
    t.equal(code, 7)
    const killed = await inside(t, ['sh', '-c', 'kill -9 $$'])
    t.equal(killed.code, 137)
  },
)

await t.test('whoever is killed takes everything inside along, daemons too', async t => {
  const starter = start(t, ['sh', '-c', 'setsid sleep 777001 & echo started; sleep 777002'])
  await once(starter.stdout, 'data')
  t.equal(await sleepers(2), 2)
  starter.kill('SIGKILL')
  t.equal(await sleepers(0), 0)
})

await t.test('who is not root makes a namespace of its own user', async t => {
  const starter = start(t, ['sh', '-c', 'id -u; ls -ld /sys/class/net/*'], 65_534)
  const [id] = (await once(starter.stdout, 'data')) as [Buffer]
  t.match(id.toString(), /^0\n/)
  await once(starter, 'exit')
  t.equal(starter.exitCode, 0)
})

/** Starts a program that runs a command inside, as whoever is not inside would. */
function start(t: Test, command: readonly string[], uid?: number) {
  const program = `import { runInside } from ${JSON.stringify(MODULE)}
    process.exit(await runInside(${JSON.stringify(command)}))`
  // Whoever is not root cannot write down what coverage is made of.
  const node = process.execArgv.filter(option => !option.includes('processinfo'))
  const child = spawn(process.execPath, [...node, '--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

async function inside(t: Test, command: readonly string[]) {
  const child = start(t, command)
  let stdout = ''
  child.stdout.on('data', chunk => (stdout += String(chunk)))
  await once(child, 'close')
  return { code: child.exitCode, stdout }
}

/**
 * Counts processes of one of the tests above until there are as many as wanted; those of a namespace
 * inside this one are seen from here.
 */
async function sleepers(wanted: number): Promise<number> {
  const count = (): number =>
    readdirSync('/proc').filter(
      name => /^\d+$/.test(name) && words(name).startsWith('sleep\u0000777'),
    ).length
  for (let tries = 0; tries < 500 && count() !== wanted; tries++) await sleep(20)
  return count()
}

function words(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return 'it ended while we looked'
  }
}
