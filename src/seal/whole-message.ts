import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Payload } from './container/seal-payload.js'

/** A payload in one piece, for libraries that need it so. */
export async function wholeOf(payload: Payload, signal: AbortSignal): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(payload.size)
  let filled = 0
  for await (const chunk of payload.chunks()) {
    signal.throwIfAborted()
    filled += chunk.copy(whole, filled)
    await nextTurn()
  }
  return whole.subarray(0, filled)
}

/** Bytes at hand as a payload. */
export function payloadOfBytes(bytes: Uint8Array): Payload {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return {
    size: whole.length,
    async *chunks() {
      yield whole
    },
  }
}
