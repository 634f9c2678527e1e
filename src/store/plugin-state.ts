import type { Backend } from './backend.js'

/**
 * What plugins keep between messages, each under its own name: small values, as text. Rejects as
 * `Store` does, and with ERR_STORE_INPUT for a plugin that keeps too much.
 */
export interface PluginStateStore {
  /** Undefined when there is none, or its time is over. */
  pluginValue(plugin: string, key: string): Promise<string | undefined>
  /** Until a time in epoch milliseconds, or for good. */
  setPluginValue(
    plugin: string,
    key: string,
    value: string,
    until: number | undefined,
  ): Promise<void>
  /** Adds to a whole number, from 0 on; `until` counts for a number that is new. Gives the sum. */
  addToPluginValue(
    plugin: string,
    key: string,
    by: number,
    until: number | undefined,
  ): Promise<number>
  deletePluginValue(plugin: string, key: string): Promise<void>
}

/** Values of one plugin: a table of answers, not an archive. */
const MAX_KEYS = 10_000

/** Plugin states over one backend; `now` gives epoch milliseconds. */
export function pluginStateOf(
  backend: Pick<Backend, 'run'>,
  now: () => number,
  maxKeys = MAX_KEYS,
): PluginStateStore {
  return Object.freeze({
    async pluginValue(plugin: string, key: string) {
      const value = await backend.run('pluginValue', { plugin, key, now: now() })
      return value ?? undefined
    },
    setPluginValue: (plugin: string, key: string, value: string, until: number | undefined) =>
      backend.run('setPluginValue', {
        plugin,
        key,
        value,
        until: until ?? null,
        now: now(),
        maxKeys,
      }),
    addToPluginValue: (plugin: string, key: string, by: number, until: number | undefined) =>
      backend.run('addToPluginValue', {
        plugin,
        key,
        by,
        until: until ?? null,
        now: now(),
        maxKeys,
      }),
    deletePluginValue: (plugin: string, key: string) =>
      backend.run('deletePluginValue', { plugin, key }),
  })
}
