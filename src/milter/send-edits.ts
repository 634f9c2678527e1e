import type { EditPlan } from './edit-plan.js'
import { encodeModification } from './modification.js'
import type { Outlet } from './session-context.js'
import { CHUNK_BYTES, SMFIR } from './wire.js'

/**
 * Sends the edits of a message. The new body comes last and without a break: Postfix answers 451 to
 * body packets with another edit between them.
 *
 * Gives   a promise while a new body is still being read; it fails with what the source threw.
 */
export function sendEdits(
  plan: EditPlan,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<void> | undefined {
  for (const change of plan.modifications()) outlet.send(encodeModification(change))
  const { body } = plan
  if (body === undefined) return undefined
  if (!Buffer.isBuffer(body)) return sendStream(body, outlet, signal)
  sendBody(body, outlet)
  return undefined
}

/** Looks at `signal` before each piece: nothing may follow the answer of a message that is over. */
async function sendStream(
  body: AsyncIterable<Buffer>,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<void> {
  let isEmpty = true
  for await (const chunk of body) {
    signal.throwIfAborted()
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the new body gave what is no Buffer')
    if (chunk.length === 0) continue
    isEmpty = false
    sendBody(chunk, outlet)
    await outlet.drained()
  }
  signal.throwIfAborted()
  if (isEmpty) sendBody(Buffer.alloc(0), outlet)
}

/** Sends views of `body`, not copies: only the five bytes in front of each are new. */
function sendBody(body: Buffer, outlet: Outlet): void {
  let at = 0
  do {
    const piece = body.subarray(at, at + CHUNK_BYTES)
    const head = Buffer.allocUnsafe(5)
    head.writeUInt32BE(piece.length + 1)
    head[4] = SMFIR.REPLBODY
    outlet.send(head)
    if (piece.length > 0) outlet.send(piece)
    at += CHUNK_BYTES
  } while (at < body.length)
}
