/** What a plugin keeps between messages, under its own name: small values as JSON. */
export interface PluginState {
  /** Undefined when there is none, or its time is over. */
  get(key: string): Promise<unknown>
  /**
   * Keeps a value that JSON can hold, at most 64 KiB of it, for so many seconds or for good.
   *
   * Throws  TypeError for a key or value that cannot be kept.
   */
  set(key: string, value: unknown, options?: { readonly seconds?: number }): Promise<void>
  /**
   * Adds to a whole number in one step, from 0 on, and gives the sum. The time of a new number runs
   * from its first addition: "so many an hour" is `add('sent', 1, { seconds: 3600 })`.
   */
  add(key: string, by: number, options?: { readonly seconds?: number }): Promise<number>
  delete(key: string): Promise<void>
}

/** Where the host keeps what plugins keep: the store, or memory where nothing is to last. */
export interface StateKeeper {
  pluginValue(plugin: string, key: string): Promise<string | undefined>
  setPluginValue(
    plugin: string,
    key: string,
    value: string,
    until: number | undefined,
  ): Promise<void>
  addToPluginValue(
    plugin: string,
    key: string,
    by: number,
    until: number | undefined,
  ): Promise<number>
  deletePluginValue(plugin: string, key: string): Promise<void>
}

const MAX_KEY = 200
const MAX_VALUE = 64 * 1024
/** A year: what is to last longer has no end. */
const MAX_SECONDS = 366 * 24 * 3600

/** The state of one plugin; what it is given is checked here, in the plugin's own thread. */
export function pluginState(plugin: string, keeper: StateKeeper): PluginState {
  return Object.freeze({
    async get(key: string): Promise<unknown> {
      const text = await keeper.pluginValue(plugin, checkedKey(key))
      return text === undefined ? undefined : (JSON.parse(text) as unknown)
    },
    async set(key: string, value: unknown, options: { readonly seconds?: number } = {}) {
      const text: unknown = JSON.stringify(value)
      if (typeof text !== 'string') throw new TypeError('only what JSON can hold can be kept')
      if (Buffer.byteLength(text) > MAX_VALUE)
        throw new TypeError(`a value may have ${MAX_VALUE} bytes as JSON`)
      await keeper.setPluginValue(plugin, checkedKey(key), text, untilOf(options.seconds))
    },
    async add(key: string, by: number, options: { readonly seconds?: number } = {}) {
      if (!Number.isSafeInteger(by) || Math.abs(by) > 1e9)
        throw new TypeError('only a whole number can be added')
      return keeper.addToPluginValue(plugin, checkedKey(key), by, untilOf(options.seconds))
    },
    delete: async (key: string) => keeper.deletePluginValue(plugin, checkedKey(key)),
  })
}

/** Keeps in this process only: for tests, and for commands that must change nothing. */
export function memoryState(): StateKeeper {
  const values = new Map<string, { readonly value: string; readonly until: number | undefined }>()
  const nameOf = (plugin: string, key: string): string => `${plugin} ${key}`
  const valueAt = (
    name: string,
  ): { readonly value: string; readonly until: number | undefined } | undefined => {
    const found = values.get(name)
    return found?.until !== undefined && found.until <= Date.now() ? undefined : found
  }
  return Object.freeze({
    pluginValue: async (plugin: string, key: string) => valueAt(nameOf(plugin, key))?.value,
    async setPluginValue(plugin: string, key: string, value: string, until: number | undefined) {
      values.set(nameOf(plugin, key), { value, until })
    },
    async addToPluginValue(plugin: string, key: string, by: number, until: number | undefined) {
      const name = nameOf(plugin, key)
      const found = valueAt(name)
      const isNumber = found !== undefined && /^-?\d{1,15}$/.test(found.value)
      const sum = (isNumber ? Number(found.value) : 0) + by
      values.set(name, { value: String(sum), until: isNumber ? found.until : until })
      return sum
    },
    async deletePluginValue(plugin: string, key: string) {
      values.delete(nameOf(plugin, key))
    },
  })
}

function checkedKey(key: string): string {
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY || !isPlain(key))
    throw new TypeError(`a key is a text of 1 to ${MAX_KEY} characters`)
  return key
}

/** PostgreSQL keeps no NUL, and half a surrogate pair has no UTF-8. */
function isPlain(key: string): boolean {
  return !/[\0-\x1f]|\p{Surrogate}/u.test(key)
}

function untilOf(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined
  if (!(seconds > 0 && seconds <= MAX_SECONDS))
    throw new TypeError(`a time is more than 0 and at most ${MAX_SECONDS} seconds`)
  return Date.now() + Math.ceil(seconds * 1000)
}
