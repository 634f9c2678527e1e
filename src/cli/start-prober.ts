import { hostname } from 'node:os'
import { reasonOf } from '../errors.js'
import { createProber } from '../qtls/create-prober.js'
import { VerdictMaker } from '../qtls/make-verdict.js'
import type { Loop } from '../upkeep/every.js'
import { startProbing } from '../upkeep/probing.js'
import type { Services } from './container.js'

/**
 * Starts the prober of the daemon. Where it cannot work, mail is decided and sent as ever, and what
 * waits for an unknown domain waits for its limit.
 */
export async function startProber(
  services: Pick<Services, 'config' | 'log' | 'now' | 'store' | 'rulesKeeper'>,
): Promise<Loop> {
  const { config, log, now, rulesKeeper } = services
  const { domains } = await services.store
  try {
    const ready = createProber({
      settings: config.prober,
      heloName: config.hostname,
      keepsAnswers: true,
      now,
    })
    const maker = new VerdictMaker({
      prober: ready.prober,
      rules: () => rulesKeeper.rules,
      store: domains,
      now,
    })
    const loop = startProbing({
      maker,
      store: domains,
      checkResolver: signal => ready.checkResolver(signal),
      owner: `${hostname()}:${process.pid}`,
      concurrency: config.prober.concurrency,
      log,
    })
    return {
      stop: async () => {
        await loop.stop()
        ready.close()
      },
    }
  } catch (thrown) {
    log.error('the prober cannot be used', { reason: reasonOf(thrown) })
    return { stop: () => Promise.resolve() }
  }
}
