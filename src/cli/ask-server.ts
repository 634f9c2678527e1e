import { GatewayError, reasonOf } from '../errors.js'
import type { Loop } from '../upkeep/every.js'
import type { Services } from './container.js'

/** Takes answers by link, if the settings say where; undefined: they do not. */
export async function startAskServer(
  services: Pick<Services, 'config' | 'store' | 'log' | 'now'>,
): Promise<Loop | undefined> {
  const { config, log, now } = services
  const { listen, base_url: baseUrl } = config.ask
  if (listen === '') return undefined
  // Fastify costs every command 40 ms that has no use for it.
  const { createAskServer } = await import('../ask/server.js')
  const store = await services.store
  const app = createAskServer({
    questions: store.questions,
    baseUrl,
    key: await store.referenceKey(),
    language: config.notices.language,
    log,
    now,
  })
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '')
  try {
    await app.listen({ host, port: Number(listen.slice(colon + 1)) })
  } catch (thrown) {
    await app.close()
    throw new GatewayError('ERR_ASK_LISTEN', { address: listen, reason: reasonOf(thrown) }, thrown)
  }
  log.info('answers by link are taken', { address: listen })
  return {
    stop: async () => {
      await app.close()
    },
  }
}
