import { GatewayError } from '../errors.js'

/** Bytes that can be read here and there; a ByteSource of a message is one. */
export interface ByteView {
  readonly size: number
  /** Whether all of them are in memory already, so that reading them costs nothing. */
  readonly isHeld?: boolean
  /** Bytes `start` to `end` (exclusive), which must lie inside; never to be written to. */
  read(start: number, end: number): Promise<Buffer>
}

/** Bytes that are streamed at once. */
const PIECE = 64 * 1024

/** A view of bytes in memory. */
export function viewOf(bytes: Buffer): ByteView {
  return {
    size: bytes.length,
    isHeld: true,
    read: async (start, end) => bytes.subarray(start, end),
  }
}

/** Part of a view, as a view of its own. Throws ERR_CONTAINER_TRUNCATED when it reaches outside. */
export function partOf(view: ByteView, start: number, end: number): ByteView {
  checkInside(view, start, end)
  return {
    size: end - start,
    isHeld: view.isHeld === true,
    read: (from, to) => view.read(start + from, start + to),
  }
}

/** Exactly `size` bytes from `at` on. Throws ERR_CONTAINER_TRUNCATED when there are fewer. */
export async function readAt(view: ByteView, at: number, size: number): Promise<Buffer> {
  checkInside(view, at, at + size)
  return view.read(at, at + size)
}

/** At most `size` bytes from `at` on; none where `at` lies outside. */
export async function readUpTo(view: ByteView, at: number, size: number): Promise<Buffer> {
  const end = Math.min(view.size, at + size)
  return at < 0 || at >= end ? Buffer.alloc(0) : view.read(at, end)
}

/** Bytes `start` to `end` (exclusive), piece by piece. */
export async function* streamOf(
  view: ByteView,
  start = 0,
  end = view.size,
): AsyncGenerator<Buffer, void, void> {
  checkInside(view, start, end)
  for (let at = start; at < end; at += PIECE) yield view.read(at, Math.min(end, at + PIECE))
}

function checkInside({ size }: ByteView, start: number, end: number): void {
  const isInside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0
  if (!isInside || end < start || end > size) throw new GatewayError('ERR_CONTAINER_TRUNCATED')
}
