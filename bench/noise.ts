import { createCipheriv } from 'node:crypto'

/** Bytes that no compression makes smaller, the same ones for the same seed. */
export function noise(bytes: number, seed = 0): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  return cipher.update(Buffer.alloc(bytes))
}
