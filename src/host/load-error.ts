import { GatewayError } from '../errors.js'

/** ERR_HOST_LOAD: why a plugin cannot be used; no mail is about yet, so the cause may be told. */
export function loadError(plugin: string, reason: string, cause?: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  return new GatewayError('ERR_HOST_LOAD', { plugin, reason }, cause)
}
