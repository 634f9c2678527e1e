import { BroadcastChannel, threadId } from 'node:worker_threads'
import { withDeadline } from './deadline.js'
import type { StateKeeper } from './plugin-state.js'

/** How long a thread waits for what it asked; the store's own deadline is shorter. */
const ANSWER_MS = 30_000
/** More than a checked value can have; a thread is not trusted to have checked. */
const MAX_TEXT = 100_000

interface Question {
  readonly thread: number
  readonly id: number
  readonly ask: keyof StateKeeper
  readonly key: string
  readonly value: string | number | undefined
  readonly until: number | undefined
}

interface Answer {
  readonly to: number
  readonly id: number
  readonly value: string | number | undefined
  readonly failed: boolean
}

/**
 * Answers the threads of one plugin on a channel that only they know the name of. Whatever they ask,
 * it is about this plugin.
 */
export function serveState(
  channelName: string,
  plugin: string,
  keeper: StateKeeper,
): { close(): void } {
  const port = new BroadcastChannel(channelName)
  port.unref()
  port.addEventListener('message', event => {
    const question = questionIn((event as MessageEvent).data as unknown)
    if (question === undefined) return
    const { thread: to, id } = question
    const send = (value: string | number | undefined, failed: boolean): void =>
      port.postMessage({ to, id, value, failed } satisfies Answer)
    answer(keeper, plugin, question).then(
      value => send(value, false),
      () => send(undefined, true),
    )
  })
  return { close: () => port.close() }
}

/** What a thread keeps values with; errors say only that the store gave no answer. */
export function remoteState(channelName: string): StateKeeper {
  const port = new BroadcastChannel(channelName)
  port.unref()
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  port.addEventListener('message', event => {
    const said = (event as MessageEvent).data as Partial<Answer> | undefined
    if (said?.to === threadId && said.id !== undefined) waiting.get(said.id)?.(said as Answer)
  })
  const ask = async (
    question: Omit<Question, 'thread' | 'id'>,
  ): Promise<string | number | undefined> => {
    const id = ++last
    // While somebody waits, the thread must not end for want of other work.
    port.ref()
    try {
      const answered = new Promise<Answer>(resolve => waiting.set(id, resolve))
      port.postMessage({ ...question, thread: threadId, id } satisfies Question)
      const { failed, value } = await withDeadline(answered, ANSWER_MS, noAnswer)
      if (failed) throw noAnswer()
      return value
    } finally {
      waiting.delete(id)
      if (waiting.size === 0) port.unref()
    }
  }
  return Object.freeze({
    async pluginValue(_plugin: string, key: string) {
      const value = await ask({ ask: 'pluginValue', key, value: undefined, until: undefined })
      return value === undefined ? undefined : String(value)
    },
    async setPluginValue(_: string, key: string, value: string, until: number | undefined) {
      await ask({ ask: 'setPluginValue', key, value, until })
    },
    async addToPluginValue(_: string, key: string, by: number, until: number | undefined) {
      return Number(await ask({ ask: 'addToPluginValue', key, value: by, until }))
    },
    async deletePluginValue(_plugin: string, key: string) {
      await ask({ ask: 'deletePluginValue', key, value: undefined, until: undefined })
    },
  })
}

function noAnswer(): Error {
  return new Error('the store gave no answer')
}

async function answer(
  keeper: StateKeeper,
  plugin: string,
  { ask, key, value, until }: Question,
): Promise<string | number | undefined> {
  switch (ask) {
    case 'pluginValue':
      return keeper.pluginValue(plugin, key)
    case 'setPluginValue':
      await keeper.setPluginValue(plugin, key, String(value), until)
      return undefined
    case 'addToPluginValue':
      return keeper.addToPluginValue(plugin, key, Number(value), until)
    case 'deletePluginValue':
      await keeper.deletePluginValue(plugin, key)
      return undefined
    default:
      throw new TypeError(`no such question: ${String(ask satisfies never)}`)
  }
}

function questionIn(said: unknown): Question | undefined {
  if (typeof said !== 'object' || said === null) return undefined
  const { thread, id, ask, key, value, until } = said as Partial<Record<keyof Question, unknown>>
  const isAsked = typeof thread === 'number' && typeof id === 'number' && typeof ask === 'string'
  const isShort = (text: unknown): boolean => typeof text === 'string' && text.length <= MAX_TEXT
  const isValue = value === undefined || Number.isSafeInteger(value) || isShort(value)
  const isTime = until === undefined || Number.isSafeInteger(until)
  return isAsked && isShort(key) && isValue && isTime ? (said as Question) : undefined
}
