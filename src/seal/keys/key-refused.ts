import { GatewayError } from '../../errors.js'

/** ERR_SEAL_KEY_INPUT: what is wrong with a file of keys, in words; nothing of the file stands in it. */
export function keyRefused(what: string, cause?: unknown): GatewayError {
  return new GatewayError('ERR_SEAL_KEY_INPUT', { what }, cause)
}
