import { checkRange, type ByteSource } from './source.js'

/**
 * Several sources one after the other as one: the header block in memory and the body in a file.
 *
 * `peek` gives a view inside one source and a copy across sources, when all have the bytes at hand.
 */
export function joinedSource(sources: readonly ByteSource[]): ByteSource {
  const pieces: { readonly source: ByteSource; readonly start: number }[] = []
  let size = 0
  for (const source of sources) {
    pieces.push({ source, start: size })
    size += source.size
  }

  function cut(start: number, end: number): { source: ByteSource; from: number; to: number }[] {
    checkRange(start, end, size)
    return pieces
      .map(({ source, start: at }) => ({
        source,
        from: Math.max(0, start - at),
        to: Math.min(source.size, end - at),
      }))
      .filter(piece => piece.from < piece.to)
  }

  return Object.freeze({
    size,
    peek(start: number, end: number): Buffer | undefined {
      const buffers: Buffer[] = []
      for (const { source, from, to } of cut(start, end)) {
        const bytes = source.peek(from, to)
        if (bytes === undefined) return undefined
        buffers.push(bytes)
      }
      return joinBuffers(buffers)
    },
    async read(start: number, end: number, memory?: Buffer): Promise<Buffer> {
      const cuts = cut(start, end)
      const [only] = cuts
      if (cuts.length === 1 && only !== undefined)
        return only.source.read(only.from, only.to, memory)
      return joinBuffers(
        await Promise.all(cuts.map(({ source, from, to }) => source.read(from, to))),
      )
    },
  })
}

function joinBuffers(buffers: readonly Buffer[]): Buffer {
  const [only] = buffers
  return buffers.length === 1 && only !== undefined ? only : Buffer.concat(buffers)
}
