import { GatewayError } from '../errors.js'

/** ERR_HOST_PLUGIN: what a plugin did, as a predicate: `took longer than 20000 ms`. */
export function pluginError(plugin: string, reason: string): GatewayError {
  return new GatewayError('ERR_HOST_PLUGIN', { plugin, reason })
}

/**
 * What a plugin threw, as the host passes it on: ERR_SEAL_KEY where a format says by that code that the
 * recipient has no key which it can use, else ERR_HOST_PLUGIN.
 */
export function thrownError(plugin: string, thrown: unknown): GatewayError {
  return saysNoKey(thrown) ? noKeyError(plugin) : pluginError(plugin, describeThrown(thrown))
}

export function noKeyError(plugin: string): GatewayError {
  return new GatewayError('ERR_SEAL_KEY', { reason: `${plugin} takes none of them` })
}

/** By its code alone: a plugin may bring a copy of our classes. */
export function saysNoKey(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SEAL_KEY'
}

/**
 * What was thrown and where, without the message: that may quote the mail (JSON.parse does).
 */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw a ${typeof thrown}`
  const name = /^[A-Za-z_$][\w$]{0,60}$/.test(thrown.name) ? thrown.name : 'Error'
  const place = FRAME.exec(String(thrown.stack))?.[1]
  return place === undefined ? `threw ${name}` : `threw ${name} at ${place}`
}

/** The last two names of the path, line and column of the first frame. */
const FRAME =
  /\n\s+at [^\n]{0,500}?((?:[\w.@-]{1,100}\/)?[\w.@-]{1,100}:\d{1,7}:\d{1,7})\)?(?:\n|$)/
