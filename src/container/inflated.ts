import { Readable } from 'node:stream'
import { createInflate, createInflateRaw } from 'node:zlib'
import { GatewayError } from '../errors.js'

/** Most bytes that compressed content may grow to before it is given up. */
const INFLATED_LIMIT = 256 * 1024 * 1024

/**
 * Takes zlib compression (RFC 1950), or bare deflate (RFC 1951), off a stream.
 *
 * Throws  ERR_CONTAINER_MALFORMED for what is no such data, or grows beyond 256 MiB.
 */
export async function* inflated(
  chunks: AsyncIterable<Buffer>,
  limit = INFLATED_LIMIT,
  form: 'zlib' | 'raw' = 'zlib',
): AsyncGenerator<Buffer, void, void> {
  const source = Readable.from(chunks)
  const inflate = form === 'zlib' ? createInflate() : createInflateRaw()
  source.once('error', error => inflate.destroy(error))
  source.pipe(inflate)
  let total = 0
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      total += chunk.length
      if (total > limit) throw malformed('compressed content grows beyond the limit')
      yield chunk
    }
  } catch (thrown) {
    throw isZlibError(thrown) ? malformed('the compressed content is damaged') : thrown
  } finally {
    inflate.destroy()
    source.destroy()
  }
}

function isZlibError(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_')
}

function malformed(what: string): GatewayError {
  return new GatewayError('ERR_CONTAINER_MALFORMED', { what })
}
