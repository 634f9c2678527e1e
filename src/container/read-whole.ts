/** All bytes of a stream in one piece; undefined when there are more than `limit`. */
export async function readWhole(
  chunks: AsyncIterable<Buffer>,
  limit: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) return undefined
    pieces.push(chunk)
  }
  return Buffer.concat(pieces)
}
