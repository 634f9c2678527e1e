import t from 'tap'
import { serviceManager } from '../../src/cli/systemd.js'

t.test('systemd hears of each step, and only where it started us', async t => {
  const sent: (readonly string[])[] = []
  const notify = async (states: readonly string[]): Promise<void> => void sent.push(states)
  const outside = serviceManager({}, notify)
  await outside.ready()
  await outside.stopping()
  outside.startWatchdog(() => t.fail('nothing is sent')).stop()
  t.strictSame(sent, [])

  const inside = serviceManager({ NOTIFY_SOCKET: '/run/notify' }, notify)
  await inside.ready()
  await inside.reloading()
  await inside.stopping()
  t.match(sent, [['READY=1'], ['RELOADING=1', /^MONOTONIC_USEC=\d+$/], ['STOPPING=1']])
})

t.test('the watchdog beats twice in its time and says when it cannot', async t => {
  // The watchdog does not keep the process alive, so the test does.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  const failed = new Promise(resolve => {
    const manager = serviceManager({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '2000' }, () =>
      Promise.reject(new Error('no systemd-notify')),
    )
    const watchdog = manager.startWatchdog(thrown => {
      watchdog.stop()
      resolve(thrown)
    })
  })
  t.match(await failed, { message: 'no systemd-notify' })
})
