import { chown } from 'node:fs/promises'
import { parseSocketAddress, type SocketAddress } from '../../config/socket-address.js'
import { reasonOf } from '../../errors.js'
import { mapOptions, NO_LEVELS } from '../../maps/options.js'
import { PolicyAnswers } from '../../maps/policy-answers.js'
import { SocketmapServer, type SocketmapAddress } from '../../maps/socketmap-server.js'
import { domainMatcher } from '../../policy/matcher.js'
import { rulesInForce } from '../../qtls/verdict-rules.js'
import { every } from '../../upkeep/every.js'
import { VerdictReviser } from '../../upkeep/revising.js'
import type { Command } from '../command.js'
import { createServices, type Services } from '../container.js'
import { UsageError } from '../exit.js'
import { groupId } from '../listen.js'

interface Own {
  listen: string | undefined
  openServices?: (file: string | undefined) => Pick<Services, 'config' | 'store' | 'log' | 'now'>
  /** Told the port once it listens; a test ends by the signal. */
  onListening?: (port: number | undefined) => void
}

const REVISE_MS = 1000

/** `postseal policyd`: the answers of the maps live, for Postfix's socketmap clients. */
export const command: Command<Own> = {
  command: 'policyd',
  describe: 'Answer Postfix what the maps would say, live (socketmap)',
  builder: yargs =>
    yargs
      .option('listen', {
        type: 'string',
        requiresArg: true,
        describe: 'unix:PATH or inet:HOST:PORT, instead of maps.policyd_socket',
      })
      .example('$0 policyd --config /etc/postseal/milter.conf', 'as a service does')
      .example('postmap -q example.org socketmap:unix:/run/postseal/policyd.sock:qtls_policy', '')
      .epilogue('Maps: transport, tls_policy, qtls_policy; see docs/guide/maps.md.'),
  handler: async ({
    config: file,
    listen,
    openServices = createServices,
    onListening = () => undefined,
  }) => {
    const services = openServices(file)
    const { config, log, now } = services
    const address = listen === undefined ? config.maps.policyd_socket : parseSocketAddress(listen)
    const place = placeOf(address, config.listen.socket_mode)
    const store = await services.store
    const rules = rulesInForce(config)
    const reviser = new VerdictReviser({ store: store.domains, rules: () => rules, log, now })
    const revising = every(REVISE_MS, 'making verdicts anew', log, turn => reviser.turn(turn))
    const options = await mapOptions({ config, levels: NO_LEVELS, now: now(), mapType: 'texthash' })
    const answers = new PolicyAnswers({
      ...options,
      store: {
        policyLevels: (domain, rules) => store.domains.policyLevels(domain, rules),
        changedSince: (revision, limit) => store.domains.changedSince(revision, limit),
        levelsWithNextHop: () => store.domains.levelsWithNextHop(),
        levelsRevision: () => store.levelsRevision(),
        requestProbe: (domain, why) => store.requestProbe(domain, why),
      },
      isInternal: domainMatcher(config.internal_domains),
      waitLimitMs: config.policy.wait_limit,
      now,
    })
    const server = new SocketmapServer({
      answer: request => answers.answer(request),
      onTrouble: thrown => log.warn('a policy was not given', { reason: reasonOf(thrown) }),
    })
    try {
      const port = await server.listen(place)
      const group = config.listen.socket_group
      if ('path' in place && group !== '') await chown(place.path, -1, await groupId(group))
      log.info('listening', { address: 'path' in place ? `unix:${place.path}` : `port ${port}` })
      const ended = endBySignal()
      onListening(port)
      await ended
    } finally {
      await server.close()
      await revising.stop()
      await store.close()
    }
  },
}

function placeOf(address: SocketAddress | undefined, mode: string): SocketmapAddress {
  if (address?.kind === 'unix') return { path: address.path, mode: Number.parseInt(mode, 8) }
  if (address?.kind === 'inet') return { host: address.host, port: address.port }
  throw new UsageError('policyd listens at unix:PATH or inet:HOST:PORT')
}

function endBySignal(): Promise<void> {
  return new Promise(done => {
    const names = ['SIGINT', 'SIGTERM'] as const
    const end = (): void => {
      for (const name of names) process.off(name, end)
      done()
    }
    for (const name of names) process.on(name, end)
  })
}
