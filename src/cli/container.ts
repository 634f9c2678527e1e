import { InjectionMode, asFunction, asValue, createContainer } from 'awilix'
import { askSettings } from '../ask/wishes.js'
import { loadConfig, type Config } from '../config/load.js'
import { customerLookup } from '../gateway/customer.js'
import { askDomain } from '../gateway/domain-state.js'
import { sealSettings } from '../gateway/seal-settings.js'
import { Engines, type Engine } from '../gateway/engine.js'
import { createGateway } from '../gateway/gateway.js'
import { loadPolicy, type Policy } from '../gateway/policy.js'
import { ReferenceCodes } from '../gateway/reference.js'
import { loadHost, type PluginHost } from '../host/load.js'
import { memoryState, type StateKeeper } from '../host/plugin-state.js'
import { createLog, type Log } from '../log/log.js'
import { createMilterServer, type MilterServer } from '../milter/index.js'
import { domainMatcher } from '../policy/matcher.js'
import { reasonOf } from '../errors.js'
import type { DatabaseStore } from '../store/database-store.js'
import { postfixRunner } from '../postfix/run.js'
import { KeyFile } from '../seal/key-file.js'
import { makePassword } from '../seal/password.js'
import { openRandomSource, type RandomSource } from '../seal/random/random-source.js'
import { openStore } from '../store/open-store.js'
import { LaneWatch } from '../upkeep/lane-watch.js'
import { MapKeeper } from '../upkeep/map-keeper.js'
import { VerdictReviser } from '../upkeep/revising.js'
import { RulesKeeper } from '../qtls/rules-keeper.js'
import { milterLog } from './milter-log.js'
import { letterKeysFor, sealsForKeys, type OpenLetterKeys } from './letter-keys.js'
import { milterLimits } from './milter-limits.js'

/** Where plugins keep values between messages. */
export type KeeperOf = (services: Pick<Services, 'store'>) => Promise<StateKeeper>

/** Every part that commands are built from, made when it is first asked for. */
export interface Services {
  readonly config: Config
  readonly log: Log
  readonly now: () => number
  readonly policy: Policy
  readonly host: Promise<PluginHost>
  readonly store: Promise<DatabaseStore>
  readonly engine: Promise<Engine>
  readonly engines: Promise<Engines>
  readonly laneWatch: LaneWatch
  /** The rules that verdicts are made by. */
  readonly rulesKeeper: RulesKeeper
  readonly reviser: Promise<VerdictReviser>
  readonly mapKeeper: Promise<MapKeeper>
  readonly keyFile: KeyFile
  readonly letterKeys: Promise<OpenLetterKeys>
  readonly random: Promise<RandomSource>
  readonly server: Promise<MilterServer>
}

/**
 * Puts the parts together for one set of settings. The one place that knows the container; the
 * rooms take plain objects.
 *
 * Shape   `keeperOf` says where plugins keep values; by default in memory, so that commands which
 *         only look change nothing.
 * Gives   the services. What is opened by asking for it is closed by whoever asked, in order.
 */
export function createServices(
  file: string | undefined,
  overrides: Readonly<Record<string, unknown>> = {},
  keeperOf: KeeperOf = async () => memoryState(),
): Services {
  const container = createContainer<Services>({ injectionMode: InjectionMode.PROXY, strict: true })
  container.register({
    config: asFunction(() => loadConfig(file, overrides)).singleton(),
    log: asFunction(({ config }: Services) => createLog(config.log)).singleton(),
    now: asValue(Date.now),
    policy: asFunction(({ config }: Services) => loadPolicy(config)).singleton(),
    host: asFunction(async (services: Services) =>
      loadHost(services.config, services.log, await keeperOf(services)),
    ).singleton(),
    store: asFunction(async ({ config, log }: Services) => {
      const store = await openStore({
        url: config.store.url,
        deadlineMs: config.store.deadline,
        retentionMs: config.store.retention,
        evidenceRetentionMs: config.evidence.retention,
        passwordRetentionMs: config.seal.password_retention,
        log: {
          warn: (event, fields) => log.warn(event, fields),
          info: (event, fields) => log.info(event, fields),
        },
      })
      await store.syncCustomers(config.customer)
      return store
    }).singleton(),
    engine: asFunction(({ config, policy, host }: Services) =>
      createEngine(config, policy, host),
    ).singleton(),
    engines: asFunction(
      async ({ engine, log }: Services) =>
        new Engines(await engine, thrown =>
          log.error('plugins not closed', { reason: reasonOf(thrown) }),
        ),
    ).singleton(),
    keyFile: asFunction(({ config }: Services) => new KeyFile(config.seal.key_file)).singleton(),
    letterKeys: asFunction(async ({ config, store, log, now }: Services) =>
      letterKeysFor({ config, store: (await store).recipientKeys, log, now }),
    ).singleton(),
    random: asFunction(({ config }: Services) =>
      openRandomSource({ seedFile: config.seal.seed_file }),
    ).singleton(),
    laneWatch: asFunction(({ config, log }: Services) => new LaneWatch(config, log)).singleton(),
    rulesKeeper: asFunction(({ config }: Services) => new RulesKeeper(config)).singleton(),
    reviser: asFunction(async ({ rulesKeeper, store, log, now }: Services) => {
      const { domains } = await store
      return new VerdictReviser({ store: domains, rules: () => rulesKeeper.rules, log, now })
    }).singleton(),
    mapKeeper: asFunction(
      async ({ config, rulesKeeper, reviser: opening, store, log, now }: Services) => {
        const reviser = await opening
        return new MapKeeper({
          config: () => rulesKeeper.config,
          isRevised: () => reviser.isDone,
          store: await store,
          run: postfixRunner(config.postfix),
          log,
          now,
        })
      },
    ).singleton(),
    server: asFunction(
      async ({
        config,
        engines,
        store: opening,
        log,
        now,
        laneWatch,
        mapKeeper: keeper,
        keyFile,
        random: source,
        host,
        letterKeys,
      }: Services) => {
        const store = await opening
        const codes = new ReferenceCodes(await store.referenceKey())
        const mapKeeper = await keeper
        const random = await source
        const recipientKeys = await letterKeys
        if (sealsForKeys(await host)) recipientKeys.open()
        return createMilterServer({
          handlers: createGateway({
            engines: await engines,
            store,
            log,
            now,
            codes,
            lanes: () => laneWatch.state,
            hasMapEntry: domain => mapKeeper.hasEntry(domain),
            hasMapKeys: domain => mapKeeper.hasKeys(domain),
            askDomain,
            sealing: {
              keys: keyFile,
              newPassword: () => makePassword(random),
              newSeed: () => random.bytes(32),
              recipientKeys,
            },
          }),
          limits: milterLimits(config),
          spoolDirectory: config.milter.spool_directory,
          log: milterLog(log),
        })
      },
    ).singleton(),
  })
  return container.cradle
}

async function createEngine(
  config: Config,
  policy: Policy,
  host: Promise<PluginHost>,
): Promise<Engine> {
  return Object.freeze({
    config,
    policy,
    host: await host,
    sealing: sealSettings(config),
    asking: askSettings(config),
    customerOf: customerLookup(config.customer),
    isInternalDomain: domainMatcher(config.internal_domains),
  })
}
