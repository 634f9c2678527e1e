import type { Test } from 'tap'
import { askSettings } from '../../src/ask/wishes.js'
import { parseConfig } from '../../src/config/load.js'
import type { DomainState } from '../../src/gateway/domain-state.js'
import { Engines, type Engine } from '../../src/gateway/engine.js'
import { createGateway } from '../../src/gateway/gateway.js'
import { sealSettings } from '../../src/gateway/seal-settings.js'
import { loadPolicy } from '../../src/gateway/policy.js'
import { ReferenceCodes } from '../../src/gateway/reference.js'
import type { GatewayDependencies } from '../../src/gateway/visit.js'
import { loadHost, type PluginHost } from '../../src/host/load.js'
import {
  createMilterServer,
  sendMail,
  type ClientMail,
  type MailResult,
} from '../../src/milter/index.js'
import { NO_LANES, type LaneState } from '../../src/policy/lanes.js'
import { domainMatcher } from '../../src/policy/matcher.js'
import type { DomainLevel, MessageRecord } from '../../src/store/store.js'
import { memoryStore, type MemoryStore } from './gateway-store.js'
import { recordLog } from './log-recorder.js'

export interface RunningGateway {
  readonly engines: Engines
  readonly records: MessageRecord[]
  readonly memory: MemoryStore
  readonly logged: ReturnType<typeof recordLog>
  send(mail: Partial<ClientMail> & { readonly message: Buffer }): Promise<MailResult>
}

export interface GatewayOptions {
  /** Text of milter.conf. */
  readonly settings?: string
  readonly levels?: Readonly<Record<string, DomainLevel['level']>>
  /** In place of the shipped plugins. */
  readonly host?: Partial<PluginHost>
  readonly store?: Partial<GatewayDependencies['store']>
  /** What Postfix is set to; by default it has no lanes. */
  readonly lanes?: LaneState
  /** Domains that the maps of Postfix do not hold yet. */
  readonly unmapped?: readonly string[]
  /** Domains whose keys the maps name. */
  readonly pinned?: readonly string[]
  /** What DNS says; `exists` where nothing is named. */
  readonly domains?: Readonly<Record<string, DomainState>>
  readonly sealing?: GatewayDependencies['sealing']
  /** Epoch milliseconds. */
  readonly now?: () => number
}

/** A gateway behind a milter socket of the test, with a store in memory. */
export async function runGateway(t: Test, options: GatewayOptions = {}): Promise<RunningGateway> {
  const logged = recordLog(t)
  const memory = memoryStore(options.levels ?? {})
  const { records } = memory
  const engines = new Engines(await testEngine(options, logged.log), thrown =>
    t.fail(String(thrown)),
  )
  const server = createMilterServer({
    handlers: createGateway({
      engines,
      log: logged.log,
      now: options.now ?? (() => 1_800_000_000_000),
      store: { ...memory.store, ...options.store },
      codes: new ReferenceCodes(Buffer.alloc(32, 7)),
      lanes: () => options.lanes ?? NO_LANES,
      hasMapEntry: domain => options.unmapped?.includes(domain) !== true,
      hasMapKeys: domain => options.pinned?.includes(domain) === true,
      sealing: options.sealing,
      askDomain: async domain => options.domains?.[domain] ?? 'exists',
    }),
    spoolDirectory: t.testdir({}),
  })
  const address = await server.listen({ port: 0 })
  if (typeof address === 'string') throw new Error('not an address of TCP')
  t.teardown(async () => {
    await server.close({ deadlineMs: 1000, idleMs: 0 })
    await engines.close()
  })
  return {
    engines,
    records,
    memory,
    logged,
    send: mail =>
      sendMail(
        { port: address.port },
        { sender: 'anna@in.example', recipients: ['bob@good.example'], ...mail },
      ),
  }
}

async function testEngine(
  { settings = '', host }: GatewayOptions,
  log: RunningGateway['logged']['log'],
): Promise<Engine> {
  const config = parseConfig(`internal_domains = ["in.example"]\n${settings}`, undefined)
  return {
    config,
    policy: loadPolicy(config),
    sealing: sealSettings(config),
    asking: askSettings(config),
    host: { ...(await loadHost(config, log)), ...host },
    customerOf: sender => (sender.endsWith('@praxis.example') ? 'praxis' : 'default'),
    isInternalDomain: domainMatcher(config.internal_domains),
  }
}
