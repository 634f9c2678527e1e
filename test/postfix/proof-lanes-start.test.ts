import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import { startReceiver } from '../../sandbox/receiver.js'
import { createMilterServer } from '../../src/milter/index.js'
import { apply, setupInstance, type SetupInstance } from '../support/setup-instance.js'

// Lanes ask for names, which must be nobody's outside.
await enterNamespace()

/** Binds each message at split to the lane that its domain names; what comes back goes to a product. */
async function startMilter(t: Test, instance: SetupInstance): Promise<readonly string[]> {
  const passes: string[] = []
  const server = createMilterServer({
    handlers: {
      needs: { headers: true },
      message: tx => {
        const pass = tx.session.macros.get('{daemon_name}') ?? ''
        const lane = tx.recipients[0]?.address.replace(/^.*@|\.test$/g, '') ?? ''
        passes.push(`${pass}: ${lane}`)
        if (pass === 're-split') tx.edits.addHeader('X-Postseal-Lane', lane)
        else if (pass.startsWith('re-')) tx.edits.addHeader('X-Postseal-Lane', 'hand-over-near')
        return { kind: 'accept' }
      },
    },
  })
  const path = join(instance.queueDirectory, 'postseal', 'milter.sock')
  await server.listen({ path, mode: 0o660 })
  t.teardown(() => server.close({ deadlineMs: 200, idleMs: 20 }))
  return passes
}

await t.test('a running Postfix has the lanes at once, its smtpd in a chroot', async t => {
  const receiver = await startReceiver({ name: 'near' })
  t.teardown(() => receiver.close())
  const hop = `[127.0.0.1]:${receiver.port}`
  const product = `[[product]]\nname = "near"\nnext_hop = "${hop}"\ntls = "none"\n`
  const instance = await setupInstance(t, product)
  await mkdir(instance.stateDirectory, { mode: 0o700 })
  await instance.start()
  t.equal((await apply(instance, { run: instance.run })).reloaded, true)
  const directory = await stat(join(instance.queueDirectory, 'postseal'))
  t.equal(directory.mode & 0o7777, 0o2710)
  t.equal(directory.gid, (await stat(join(instance.directory, 'data'))).gid)

  const passes = await startMilter(t, instance)
  for (const lane of ['qtls', 'tls', 'hand-over-near']) await instance.send(`x@${lane}.test`)
  const isSent = (line: string): boolean => /hand-over-near\/smtp.*status=sent/.test(line)
  await instance.waitForLog(lines => lines.filter(isSent).length === 3)
  t.same([...passes].sort(), [
    're-qtls: qtls',
    're-split: hand-over-near',
    're-split: qtls',
    're-split: tls',
    're-tls: tls',
    'setup.sandbox.test: hand-over-near',
    'setup.sandbox.test: qtls',
    'setup.sandbox.test: tls',
  ])
  for (const { message } of receiver.arrivals) t.notMatch(message.toString(), /X-Postseal-Lane/)
  t.equal(receiver.arrivals.length, 3)
  t.notMatch(await readFile(instance.logFile, 'utf8'), /fatal|panic|unused parameter/)
})
