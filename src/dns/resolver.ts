import { AnswerCache } from './answer-cache.js'
import { plainName } from './message.js'
import type { DnsAnswer, Exchange, NameServer, Question, RecordType, Reply } from './model.js'
import { readAnswer } from './read-answer.js'
import { StreamExchange } from './stream-exchange.js'
import { UdpExchange } from './udp-exchange.js'

export interface ResolverOptions {
  readonly server: NameServer
  /** For one question, tries and TCP included. */
  readonly timeoutMs?: number
  /** Answers that are kept. */
  readonly cacheSize?: number
  readonly now?: () => number
  /** PEM; for DNS over TLS. */
  readonly authorities?: readonly string[]
}

/** Anything that answers questions about names. */
export interface NameSource {
  /** Throws  only what `signal` is aborted with; all trouble is in the state of the answer. */
  ask(name: string, type: RecordType, signal: AbortSignal): Promise<DnsAnswer>
}

const TIMEOUT_MS = 10_000
const CACHE_SIZE = 50_000
/** Packets get lost; a resolver that has to ask around takes longer than one try. */
const TRIES = 3
/** Nobody is to be asked about the same trouble again and again within one run. */
const TROUBLE_SECONDS = 5
/** A record that is good for longer is looked at again all the same. */
const MAX_SECONDS = 3600
/** RFC 1035, section 2.3.4; underscores for _mta-sts and _25._tcp. */
const NAME = /^(?:(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)?$/

/**
 * Asks one resolver that validates, and keeps what it says for as long as it says.
 *
 * Its AD bit is believed, so it has to be on this machine, be reached over TLS, or have been named
 * by whoever runs this. Questions under way are shared.
 */
export class Resolver implements NameSource {
  readonly #udp: Exchange | undefined
  readonly #stream: Exchange
  readonly #timeoutMs: number
  readonly #now: () => number
  readonly #cache: AnswerCache
  readonly #underWay = new Map<string, Promise<DnsAnswer>>()

  constructor(options: ResolverOptions) {
    const { server, timeoutMs = TIMEOUT_MS, cacheSize = CACHE_SIZE, now = Date.now } = options
    this.#udp = server.tls === undefined ? new UdpExchange(server) : undefined
    this.#stream = new StreamExchange(server, options.authorities)
    this.#timeoutMs = timeoutMs
    this.#now = now
    this.#cache = new AnswerCache(cacheSize)
  }

  async ask(name: string, type: RecordType, signal: AbortSignal): Promise<DnsAnswer> {
    signal.throwIfAborted()
    const question: Question = { name: plainName(name), type }
    if (!NAME.test(question.name)) return NO_SUCH_NAME
    const key = `${type} ${question.name}`
    const kept = this.#cache.get(key, this.#now())
    if (kept !== undefined) return kept
    return abortable(this.#underWay.get(key) ?? this.#start(key, question), signal)
  }

  close(): void {
    this.#udp?.close()
    this.#stream.close()
  }

  #start(key: string, question: Question): Promise<DnsAnswer> {
    const running = this.#resolve(question).then(answer => {
      const seconds = isTrouble(answer) ? TROUBLE_SECONDS : Math.min(answer.ttlSeconds, MAX_SECONDS)
      this.#cache.set(key, answer, seconds, this.#now())
      return answer
    })
    this.#underWay.set(key, running)
    return running.finally(() => this.#underWay.delete(key))
  }

  async #resolve(question: Question): Promise<DnsAnswer> {
    const end = performance.now() + this.#timeoutMs
    const first = await this.#exchange(question, end)
    if (first === undefined) return trouble('timeout')
    const answer = readAnswer(question, first)
    if (answer !== undefined) return answer
    if (first.code !== 'SERVFAIL') return trouble('servfail')
    // Bogus is what comes once nobody checks it, and again does not when it is checked.
    const unchecked = await this.#exchange({ ...question, checkingDisabled: true }, end)
    if (unchecked === undefined || readAnswer(question, unchecked) === undefined)
      return trouble('servfail')
    const again = await this.#exchange(question, end)
    if (again === undefined) return trouble('timeout')
    return readAnswer(question, again) ?? trouble('bogus')
  }

  /** Gives   undefined when no reply came before `end`. */
  async #exchange(question: Question, end: number): Promise<Reply | undefined> {
    for (let tries = 1; tries <= TRIES; tries++) {
      const left = end - performance.now()
      if (left <= 0) return undefined
      const share = tries === TRIES ? left : Math.max(left / 4, Math.min(left, 500))
      const reply = await this.#once(question, share).catch((thrown: unknown) => {
        if (thrown instanceof Error) return undefined
        throw thrown
      })
      if (reply !== undefined) return reply
    }
    return undefined
  }

  async #once(question: Question, timeoutMs: number): Promise<Reply> {
    if (this.#udp === undefined) return this.#stream.ask(question, timeoutMs)
    const reply = await this.#udp.ask(question, timeoutMs)
    return reply.truncated ? this.#stream.ask(question, timeoutMs) : reply
  }
}

/** What cannot be asked for does not exist. */
const NO_SUCH_NAME: DnsAnswer = Object.freeze({
  state: 'insecure',
  isMissing: true,
  aliases: [],
  records: [],
  ttlSeconds: MAX_SECONDS,
})

function trouble(state: 'bogus' | 'servfail' | 'timeout'): DnsAnswer {
  return { state, isMissing: false, aliases: [], records: [], ttlSeconds: 0 }
}

/** Whether an answer says nothing about the name, since none was had or none can be believed. */
export function isTrouble({ state }: Pick<DnsAnswer, 'state'>): boolean {
  return state === 'bogus' || state === 'servfail' || state === 'timeout'
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((done, fail) => {
    const stop = (): void => fail(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop))
  })
}
