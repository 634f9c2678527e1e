import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/load.js'
import { reasonOf } from '../errors.js'
import { postfixRunner } from '../postfix/run.js'
import { normalDomain } from '../policy/matcher.js'
import { hasFormat } from '../seal/choose.js'
import { disclosure } from '../upkeep/disclose.js'
import { every, type Loop } from '../upkeep/every.js'
import { flushLanes } from '../upkeep/flush.js'
import { noticeSender, sendNotices, type PasswordSending } from '../upkeep/outbox.js'
import { wakeAnswered } from '../upkeep/wake.js'
import type { Services } from './container.js'

const WAKE_EVERY_MS = 1000
const SEND_EVERY_MS = 2000
/** After this long mail is taken, and deferred until Postfix can be asked. */
const SETTLE_MS = 3000
const LOOK_MS = 20

/**
 * Starts what the daemon does besides answering Postfix: it renews the maps, wakes those whose answer
 * is there, and sends notices. When lanes come into force, at the start or after an outage, it has
 * tried again what was deferred meanwhile.
 *
 * Gives   the loops, once it is known whether there are lanes.
 */
export async function startUpkeep(
  services: Pick<
    Services,
    | 'config'
    | 'log'
    | 'now'
    | 'store'
    | 'laneWatch'
    | 'reviser'
    | 'mapKeeper'
    | 'engines'
    | 'keyFile'
  >,
  isListening: () => boolean,
): Promise<Loop> {
  const { config, log, now, laneWatch } = services
  const store = await services.store
  const mapKeeper = await services.mapKeeper
  const run = postfixRunner(config.postfix)
  const reviser = await services.reviser
  const revising = every(WAKE_EVERY_MS, 'making verdicts anew', log, signal => reviser.turn(signal))
  await laneWatch.settle(SETTLE_MS)
  // The maps need them; where there are many, the old maps stay until all are made.
  for (let ms = 0; ms < SETTLE_MS && !reviser.isDone; ms += LOOK_MS) await sleep(LOOK_MS)
  const keepMaps = async (): Promise<void> => {
    if (laneWatch.state.inForce) await mapKeeper.keep()
  }
  await keepMaps().catch((thrown: unknown) => {
    log.error('maps not written, tried again', { reason: reasonOf(thrown) })
  })
  let wasInForce = false
  const turn = async (): Promise<void> => {
    // The maps first: who is woken must find them as the new level wants them.
    await keepMaps()
    // What is tried again before the milter takes connections is deferred again.
    const inForce = laneWatch.state.inForce && isListening()
    if (inForce && !wasInForce) await flushLanes(run, listenersOf(config), log)
    wasInForce = inForce
    if (inForce) await wakeAnswered(store, run, log, keepMaps)
  }
  const engines = await services.engines
  const passwords: PasswordSending = {
    isInside: address => engines.current.isInternalDomain(normalDomain(domainOf(address))),
    hasFormatFor: async recipient => {
      const { host, sealing } = engines.current
      const refused = await store.sealing.refusedFormats(normalDomain(domainOf(recipient)))
      return hasFormat(host.sealers, sealing.wishesFor(recipient, ''), refused)
    },
    store,
    log,
    disclosure: disclosure({
      sealing: store.sealing,
      keys: services.keyFile,
      notifier: () => engines.current.host.notify,
      timeoutMs: config.plugins.timeout,
    }),
    languageFor: (recipient: string) => engines.current.sealing.wishesFor(recipient, '').language,
  }
  const settings = {
    hostname: config.hostname === '' ? hostname() : config.hostname,
    from: config.notices.from,
    language: config.notices.language,
    contact: config.reply.contact,
  }
  const send = noticeSender(config.notices.smtp, settings, passwords, {
    questions: store.questions,
    ways: { address: config.ask.address, baseUrl: config.ask.base_url.replace(/\/+$/, '') },
  })
  // Postfix asks the milter about a notice too: one that comes earlier is put off for a minute.
  const tell = async (): Promise<void> => {
    if (isListening()) await sendNotices(store, send, log, now)
  }
  const loops = [
    revising,
    laneWatch.start(),
    every(WAKE_EVERY_MS, 'waking who waits', log, turn),
    every(SEND_EVERY_MS, 'sending notices', log, tell),
  ]
  return { stop: async () => void (await Promise.all(loops.map(loop => loop.stop()))) }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

function listenersOf({ postfix }: Config): readonly string[] {
  return [postfix.split_listener, postfix.qtls_listener, postfix.tls_listener]
}
