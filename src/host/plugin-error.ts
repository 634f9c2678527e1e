import { GatewayError } from '../errors.js'

/** ERR_HOST_PLUGIN: what a plugin did, as a predicate: `took longer than 20000 ms`. */
export function pluginError(plugin: string, reason: string): GatewayError {
  return new GatewayError('ERR_HOST_PLUGIN', { plugin, reason })
}

/** What a plugin may say by the code of its error; nothing else of the error counts then. */
export const SAID_BY_CODE = ['ERR_SEAL_KEY', 'ERR_SEAL_TEXT_REFUSED'] as const
export type SaidByCode = (typeof SAID_BY_CODE)[number]

/**
 * What a plugin threw, as the host passes it on: that a format can use no key of the recipient, that a
 * text message is refused for good, else ERR_HOST_PLUGIN.
 */
export function thrownError(plugin: string, thrown: unknown): GatewayError {
  const code = saidByCode(thrown)
  return code === undefined ? pluginError(plugin, describeThrown(thrown)) : saidError(plugin, code)
}

export function saidError(plugin: string, code: SaidByCode): GatewayError {
  return new GatewayError(code, { reason: `${plugin} says so` })
}

/** By its code alone: a plugin may bring a copy of our classes. */
export function saidByCode(thrown: unknown): SaidByCode | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return SAID_BY_CODE.find(code => code === thrown.code)
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
