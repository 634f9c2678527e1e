import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/load.js'
import { GatewayError, reasonOf } from '../errors.js'
import type { Log } from '../log/log.js'
import { NO_LANES, type LaneState } from '../policy/lanes.js'
import { readInstance, type PostfixFacts } from '../postfix/instance.js'
import { obstaclesOf } from '../postfix/lanes/first-pass.js'
import { postfixRunner, type RunPostfix } from '../postfix/run.js'
import { every, type Loop } from './every.js'

const LOOK_EVERY_MS = 1000
/** Where there is no Postfix, one look of so many asks whether it has come: each starts processes. */
const LOOKS_FOR_ABSENT = 10
const CONNECT_MS = 2000
const SETTLE_MS = 200

const UNSETTLED: LaneState = Object.freeze({ inForce: false, bindsLater: false, settled: false })

/**
 * Keeps an eye on what Postfix is set to.
 *
 * Lanes count as in force only when the files say so and the split listener answers, in two looks
 * one after the other: by then every service of Postfix has read the files. In between, and when the
 * settings cannot be read any more, nothing is settled and mail is deferred. Where there is no Postfix
 * to ask, there are no lanes.
 */
export class LaneWatch {
  readonly #config: Config
  readonly #run: RunPostfix
  readonly #log: Log
  #state: LaneState = UNSETTLED
  #facts: PostfixFacts | undefined
  /** Of the files that `#facts` were read from. */
  #stamp = ''
  /** Stamp of the files with which the listener has answered. */
  #answered = ''
  #hasRead = false
  #turns = 0

  constructor(config: Config, log: Log, run: RunPostfix = postfixRunner(config.postfix)) {
    this.#config = config
    this.#run = run
    this.#log = log
  }

  get state(): LaneState {
    return this.#state
  }

  /** Looks until there is a state, or `deadlineMs` are over. */
  async settle(deadlineMs: number): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += SETTLE_MS) {
      await this.look().catch((thrown: unknown) => {
        const reason = reasonOf(thrown)
        this.#log.error('the settings of Postfix cannot be read', { reason })
      })
      if (this.#state.settled || waitedMs >= deadlineMs) return
      await sleep(SETTLE_MS)
    }
  }

  /** Looks again every second. */
  start(): Loop {
    return every(LOOK_EVERY_MS, 'the look at the settings of Postfix', this.#log, () =>
      this.lookAgain(),
    )
  }

  /** One turn of every second: it looks, but where there is no Postfix only every tenth time. */
  async lookAgain(): Promise<void> {
    this.#turns += 1
    if (this.#state !== NO_LANES || this.#turns % LOOKS_FOR_ABSENT === 0) await this.look()
  }

  async look(): Promise<void> {
    const before = this.#state
    try {
      this.#state = await this.#read()
    } catch (thrown) {
      this.#state = this.#hasRead || isLate(thrown) ? UNSETTLED : NO_LANES
      this.#facts = undefined
      if (this.#state === UNSETTLED) throw thrown
    } finally {
      this.#tell(before)
    }
  }

  async #read(): Promise<LaneState> {
    if (this.#facts === undefined || (await stampOf(this.#facts)) !== this.#stamp) {
      this.#facts = await readInstance(this.#config.postfix, this.#run)
      this.#stamp = await stampOf(this.#facts)
      this.#hasRead = true
    }
    const state = laneState(this.#facts, this.#config)
    if (!state.inForce || this.#answered === this.#stamp) return state
    if (await isAnswered(this.#config.postfix.split_listener)) this.#answered = this.#stamp
    return UNSETTLED
  }

  #tell(before: LaneState): void {
    const { inForce, bindsLater } = this.#state
    if (inForce === before.inForce) return
    if (inForce) {
      const note =
        'Postfix makes copies, maps recipients or filters content: nothing is bound in the first pass'
      this.#log.info('lanes are in force', bindsLater ? { reason: note } : {})
      return
    }
    this.#log.warn('lanes are not in force', {
      reason: 'default_transport, master.cf or the split listener; postseal doctor says more',
    })
  }
}

/** A Postfix that does not answer in time is there; one that cannot be asked may not be. */
function isLate(thrown: unknown): boolean {
  return thrown instanceof GatewayError && /did not end within/.test(thrown.message)
}

/** What the settings of an instance say about the lanes. */
export function laneState(facts: PostfixFacts, { postfix }: Pick<Config, 'postfix'>): LaneState {
  const value = (name: string): string => facts.main.get(name) ?? ''
  const [host = '', port = ''] = splitAt(postfix.split_listener)
  const hasService = (name: string): boolean => facts.services.some(one => one.name === name)
  return {
    inForce:
      value('default_transport') === `split:[${host}]:${port}` &&
      value('milter_header_checks') !== '' &&
      hasService('split') &&
      hasService(postfix.split_listener),
    bindsLater: obstaclesOf(facts).length > 0,
    settled: true,
  }
}

/** `127.0.0.1:10026` and `[::1]:10026` as host and port. */
function splitAt(listener: string): readonly string[] {
  const colon = listener.lastIndexOf(':')
  return [listener.slice(0, colon).replace(/^\[|\]$/g, ''), listener.slice(colon + 1)]
}

async function stampOf({ configDirectory: directory }: PostfixFacts): Promise<string> {
  const stamps = ['main.cf', 'master.cf'].map(
    async name => (await stat(join(directory, name))).mtimeMs,
  )
  return (await Promise.all(stamps)).join(' ')
}

/** Whether somebody takes connections there: master has read its configuration. */
function isAnswered(listener: string): Promise<boolean> {
  const [host = '', port = ''] = splitAt(listener)
  return new Promise(done => {
    const socket = connect({ host, port: Number(port), timeout: CONNECT_MS })
    const end = (answer: boolean) => (): void => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', end(true))
    socket.once('timeout', end(false))
    socket.once('error', end(false))
  })
}
