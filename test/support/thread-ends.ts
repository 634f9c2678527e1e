import { DOORS } from '../../src/host/module.js'
import { memoryState } from '../../src/host/plugin-state.js'
import { PluginWorkers } from '../../src/host/worker-plugin.js'

/**
 * A program: starts threads and ends them at every moment of their start. Node aborts as a whole
 * when that goes wrong, so a test can only see it from outside. Says `lives` at its end.
 */
const log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
const setup = { url: 'file:///nowhere/plugin.mjs', entry: './plugin.mjs', doors: DOORS }
const limits = { threads: 1, memoryBytes: 64 * 1024 ** 2, timeoutMs: 1000 }

for (let times = 0; times < 60; times++) {
  // A thread that does not answer within this time is ended where it stands.
  const workers = new PluginWorkers(
    setup,
    { ...limits, setupTimeoutMs: 20 + times * 4 },
    log,
    memoryState(),
  )
  const described = workers.describe().catch(() => undefined)
  await workers.close()
  await described
}
process.stdout.write('lives\n')
