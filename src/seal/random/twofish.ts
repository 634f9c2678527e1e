/** Bytes of a block. */
export const TWOFISH_BLOCK = 16

const ROUNDS = 16

type Tables = readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array]

/**
 * Twofish, encryption only: all that counter mode needs.
 *
 * Shape   a key of 16, 24 or 32 bytes; blocks of 16 bytes.
 * Throws  RangeError for a key of another length.
 * Source  Schneier et al., "Twofish: A 128-Bit Block Cipher", 1998, section 4. Look-ups depend on the
 *         key, so whoever shares the processor's cache could learn something of it; the generator
 *         that uses this changes its key with every request.
 */
export class Twofish {
  /** K0 to K39: whitening of input (4) and output (4), then two for each round. */
  readonly #subkeys: Uint32Array
  /** g() by tables: the key-dependent S-boxes, each already multiplied by its column of MDS. */
  readonly #tables: Tables

  constructor(key: Uint8Array) {
    if (![16, 24, 32].includes(key.length))
      throw new RangeError(`a Twofish key has 16, 24 or 32 bytes, not ${key.length}`)
    const { even, odd, boxes } = scheduleWords(key)
    this.#subkeys = expandSubkeys(even, odd)
    this.#tables = [0, 1, 2, 3].map(column =>
      Uint32Array.from({ length: 256 }, (_, byte) => columnOf(byte, column, boxes)),
    ) as unknown as Tables
  }

  /** Encrypts the 16 bytes of `block` in place. */
  encrypt(block: Uint8Array): void {
    const view = new DataView(block.buffer, block.byteOffset, TWOFISH_BLOCK)
    const keys = this.#subkeys
    const word = (index: number, key: number): number =>
      view.getUint32(4 * index, true) ^ (keys[key] ?? 0)
    let [a, b, c, d] = [word(0, 0), word(1, 1), word(2, 2), word(3, 3)]
    for (let round = 0; round < ROUNDS; round += 1) {
      const t0 = this.#g(a)
      const t1 = this.#g(rotateLeft(b, 8))
      const f0 = t0 + t1 + (keys[2 * round + 8] ?? 0)
      const f1 = t0 + 2 * t1 + (keys[2 * round + 9] ?? 0)
      const next = rotateLeft(c ^ f0, 31)
      const last = rotateLeft(d, 1) ^ f1
      ;[a, b, c, d] = [next, last, a, b]
    }
    // The last swap is undone.
    for (const [index, value] of [c, d, a, b].entries())
      view.setUint32(4 * index, value ^ (keys[4 + index] ?? 0), true)
  }

  #g(x: number): number {
    const [t0, t1, t2, t3] = this.#tables
    const low = (t0[x & 255] ?? 0) ^ (t1[(x >>> 8) & 255] ?? 0)
    return (low ^ (t2[(x >>> 16) & 255] ?? 0) ^ (t3[x >>> 24] ?? 0)) >>> 0
  }
}

/** The words of the key that go into h(): M of even and odd index, and S by the RS code (4.3). */
function scheduleWords(key: Uint8Array): Record<'even' | 'odd' | 'boxes', readonly number[]> {
  const view = new DataView(key.buffer, key.byteOffset, key.length)
  const pairs = key.length / 8
  const halves = Array.from({ length: pairs }, (_, index) => index)
  return {
    even: halves.map(index => view.getUint32(8 * index, true)),
    odd: halves.map(index => view.getUint32(8 * index + 4, true)),
    boxes: halves.map(index => reedSolomon(key.subarray(8 * index, 8 * index + 8))).reverse(),
  }
}

function expandSubkeys(even: readonly number[], odd: readonly number[]): Uint32Array {
  const subkeys = new Uint32Array(2 * (ROUNDS + 4))
  for (let index = 0; index < subkeys.length; index += 2) {
    const a = h(index, even)
    const b = rotateLeft(h(index + 1, odd), 8)
    subkeys[index] = a + b
    subkeys[index + 1] = rotateLeft(a + 2 * b, 9)
  }
  return subkeys
}

/** h() of the word whose four bytes are all `byte` (4.3.2). */
function h(byte: number, words: readonly number[]): number {
  return [0, 1, 2, 3].reduce((sum, column) => sum ^ columnOf(byte, column, words), 0) >>> 0
}

/** What one byte of the word contributes to h(): its S-box, times its column of MDS. */
function columnOf(byte: number, column: number, words: readonly number[]): number {
  let value = byte
  // The word with the highest index is applied first.
  for (let index = words.length - 1; index >= 0; index -= 1) {
    const kind = PERMUTATIONS[index + 1]?.[column] ?? 0
    value = (Q[kind]?.[value] ?? 0) ^ (((words[index] ?? 0) >>> (8 * column)) & 255)
  }
  value = Q[PERMUTATIONS[0]?.[column] ?? 0]?.[value] ?? 0
  return MDS.reduce((word, row, at) => {
    return word | (multiply(value, row[column] ?? 0, 0x169) << (8 * at))
  }, 0)
}

function reedSolomon(bytes: Uint8Array): number {
  return RS.reduce((word, row, at) => {
    const sum = row.reduce((all, factor, i) => all ^ multiply(bytes[i] ?? 0, factor, 0x14d), 0)
    return word | (sum << (8 * at))
  }, 0)
}

/** In GF(2^8) modulo the polynomial given. */
function multiply(a: number, b: number, polynomial: number): number {
  let product = 0
  for (let [left, right] = [a, b]; right > 0; right >>= 1) {
    if ((right & 1) === 1) product ^= left
    left = left & 0x80 ? (left << 1) ^ polynomial : left << 1
  }
  return product
}

function rotateLeft(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0
}

/** Which of q0 and q1 each byte goes through: after all keys, after S0/M0.., up to 256 bits (4.3.5). */
const PERMUTATIONS: readonly (readonly number[])[] = [
  [1, 0, 1, 0],
  [0, 0, 1, 1],
  [0, 1, 0, 1],
  [1, 1, 0, 0],
  [1, 0, 0, 1],
]

const MDS: readonly (readonly number[])[] = [
  [0x01, 0xef, 0x5b, 0x5b],
  [0x5b, 0xef, 0xef, 0x01],
  [0xef, 0x5b, 0x01, 0xef],
  [0xef, 0x01, 0xef, 0x5b],
]

const RS: readonly (readonly number[])[] = [
  [0x01, 0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e],
  [0xa4, 0x56, 0x82, 0xf3, 0x1e, 0xc6, 0x68, 0xe5],
  [0x02, 0xa1, 0xfc, 0xc1, 0x47, 0xae, 0x3d, 0x19],
  [0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e, 0x03],
]

/** q0 and q1, each from four permutations of 4 bits, written as 16 hexadecimal digits (4.3.5). */
const Q: readonly Uint8Array[] = [
  permutation('817d6f320b59eca4', 'ecb81235f4a6709d', 'ba5e6d90c8f32471', 'd7f4126e9b3085ca'),
  permutation('28bdf76e31940ac5', '1e2b4c376da5f908', '4c75169a0ed82b3f', 'b951c3de647f208a'),
]

function permutation(...tables: readonly [string, string, string, string]): Uint8Array {
  const [t0, t1, t2, t3] = tables.map(table =>
    Array.from(table, digit => Number.parseInt(digit, 16)),
  )
  const mix = (a: number, b: number): number => a ^ ((b >> 1) | ((b & 1) << 3)) ^ ((8 * a) & 15)
  return Uint8Array.from({ length: 256 }, (_, x) => {
    const [a0, b0] = [x >> 4, x & 15]
    const [a2, b2] = [t0?.[a0 ^ b0] ?? 0, t1?.[mix(a0, b0)] ?? 0]
    return (t2?.[a2 ^ b2] ?? 0) | ((t3?.[mix(a2, b2)] ?? 0) << 4)
  })
}
