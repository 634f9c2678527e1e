import { GatewayError } from '../errors.js'
import type { Judgement } from './judgement.js'

/**
 * Runs a walk; a container that breaks off or is malformed becomes `unknown`. Any other error
 * (the source of the bytes, a bug) flies on.
 */
export async function guardWalk<Result>(
  format: string,
  walk: () => Promise<Result>,
): Promise<Result | Judgement> {
  try {
    return await walk()
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code.startsWith('ERR_CONTAINER_'))
      return { verdict: 'unknown', why: `${format}: ${thrown.message}` }
    throw thrown
  }
}
