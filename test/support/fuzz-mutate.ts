import type { FuzzRandom } from './fuzz-random.js'
import { SECRET } from './zip-bytes.js'

/** What an input may be changed by. */
export interface MutationTools {
  readonly random: FuzzRandom
  /** Other inputs, to take pieces from. */
  readonly others: readonly Buffer[]
  /** Words of the code: names, magic bytes, constants. */
  readonly words: readonly (string | number)[]
  /** What the last run of this input compared, and found different. */
  readonly pairs: readonly (readonly [FuzzValue, FuzzValue])[]
  readonly maxBytes: number
}

export type FuzzValue = string | number | Buffer

type Mutation = (bytes: Buffer, tools: MutationTools) => Buffer

/** A few changes of any kind, one after the other. */
export function mutated(bytes: Buffer, tools: MutationTools): Buffer {
  const { random, maxBytes } = tools
  let changed: Buffer = Buffer.from(bytes)
  for (let count = 1 + random.below(4); count > 0; count -= 1)
    changed = random.pick(MUTATIONS)(changed, tools).subarray(0, maxBytes)
  return changed
}

const NUMBERS = [
  0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x100, 0x1ff, 0x200, 0xfff, 0x1000,
  0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff9, 0xfffffffe, 0xffffffff,
]

const replaced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])

const place = (bytes: Buffer, { random }: MutationTools): number => random.below(bytes.length + 1)

function range(bytes: Buffer, tools: MutationTools): readonly [from: number, to: number] {
  const from = place(bytes, tools)
  const most = tools.random.oneIn(4) ? bytes.length : 32
  return [from, Math.min(bytes.length, from + 1 + tools.random.below(most + 1))]
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, { random }) => withByte(bytes, random, byte => byte ^ (1 << random.below(8))),
  (bytes, { random }) => withByte(bytes, random, () => random.below(256)),
  (bytes, { random }) => withByte(bytes, random, byte => byte + random.below(17) - 8),
  withNumber,
  withNumber,
  (bytes, tools) => replaced(bytes, ...range(bytes, tools), Buffer.alloc(0)),
  (bytes, tools) => {
    const [from, to] = range(bytes, tools)
    const at = place(bytes, tools)
    return replaced(bytes, at, at, bytes.subarray(from, to))
  },
  (bytes, tools) => {
    const [from, to] = range(bytes, tools)
    const at = place(bytes, tools)
    return replaced(bytes, at, Math.min(bytes.length, at + to - from), bytes.subarray(from, to))
  },
  (bytes, tools) => {
    const [from, to] = range(bytes, tools)
    return replaced(bytes, from, to, Buffer.alloc(to - from, tools.random.pick([0, 0x20, 0x41])))
  },
  (bytes, tools) => {
    const at = place(bytes, tools)
    return replaced(bytes, at, tools.random.oneIn(2) ? at : Math.min(bytes.length, at + 8), SECRET)
  },
  (bytes, tools) => bytes.subarray(0, place(bytes, tools)),
  (bytes, tools) => {
    if (tools.others.length === 0) return bytes
    const other = tools.random.pick(tools.others)
    const [from, to] = range(other, tools)
    const at = place(bytes, tools)
    const end = tools.random.oneIn(2) ? at : Math.min(bytes.length, at + to - from)
    return replaced(bytes, at, end, other.subarray(from, to))
  },
  withWord,
  withWord,
  withPair,
  withPair,
  withPair,
  withDigits,
  insideBase64,
  insideBase64,
]

function withByte(bytes: Buffer, random: FuzzRandom, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const at = random.below(bytes.length)
  bytes[at] = change(bytes[at] ?? 0)
  return bytes
}

function withNumber(bytes: Buffer, tools: MutationTools): Buffer {
  const { random } = tools
  const size = random.pick([1, 2, 4])
  if (bytes.length < size) return bytes
  const at = random.below(bytes.length - size + 1)
  const value = random.oneIn(3)
    ? bytes.readUIntLE(at, size) + random.below(33) - 16
    : random.pick([...NUMBERS, bytes.length, bytes.length - at])
  const kept = ((value % 2 ** (8 * size)) + 2 ** (8 * size)) % 2 ** (8 * size)
  if (random.oneIn(3)) bytes.writeUIntBE(kept, at, size)
  else bytes.writeUIntLE(kept, at, size)
  return bytes
}

function withWord(bytes: Buffer, tools: MutationTools): Buffer {
  if (tools.words.length === 0) return bytes
  const word = tools.random.pick(formsOf(tools.random.pick(tools.words)))
  const at = place(bytes, tools)
  return replaced(
    bytes,
    at,
    tools.random.oneIn(2) ? at : Math.min(bytes.length, at + word.length),
    word,
  )
}

/** Puts what a comparison wanted where the input has what it got. */
function withPair(bytes: Buffer, { pairs, random }: MutationTools): Buffer {
  if (pairs.length === 0) return bytes
  const pair = random.pick(pairs)
  const [there, wanted] = random.oneIn(2) ? pair : ([pair[1], pair[0]] as const)
  const forms = formsOf(there)
  const index = random.below(forms.length)
  const [from, to] = [forms[index], formsOf(wanted)[index]]
  if (from === undefined || to === undefined || from.length === 0) return bytes
  const start = random.below(bytes.length + 1)
  const found = bytes.indexOf(from, start)
  const at = found >= 0 ? found : bytes.indexOf(from)
  return at < 0 ? bytes : replaced(bytes, at, at + from.length, to)
}

/** The ways in which a value may stand in a file. */
function formsOf(value: FuzzValue): readonly Buffer[] {
  if (Buffer.isBuffer(value)) return [value]
  if (typeof value === 'string') {
    const isHex = value.length % 2 === 0 && /^[0-9a-f]+$/.test(value)
    const plain = [Buffer.from(value, 'latin1'), Buffer.from(value, 'utf16le')]
    return isHex ? [...plain, Buffer.from(value, 'hex')] : plain
  }
  const whole = Number.isSafeInteger(value) ? Math.abs(value) : 0
  const number = (size: 1 | 2 | 4, isBig: boolean): Buffer => {
    const bytes = Buffer.alloc(size)
    const kept = whole % 2 ** (8 * size)
    if (isBig) bytes.writeUIntBE(kept, 0, size)
    else bytes.writeUIntLE(kept, 0, size)
    return bytes
  }
  return [
    number(4, false),
    number(2, false),
    number(1, false),
    number(4, true),
    number(2, true),
    Buffer.from(String(value)),
  ]
}

/** A number in digits becomes another, as offsets and lengths in PDF and in headers are written. */
function withDigits(bytes: Buffer, { random }: MutationTools): Buffer {
  const text = bytes.toString('latin1')
  const numbers = [...text.slice(0, 8192).matchAll(/\d+/g)]
  if (numbers.length === 0) return bytes
  const { 0: digits, index } = random.pick(numbers)
  const other = random.oneIn(2)
    ? random.pick(NUMBERS)
    : Math.max(0, Number(digits) + random.below(17) - 8)
  return replaced(bytes, index, index + digits.length, Buffer.from(String(other)))
}

/** Changes the bytes behind base64, so that what is attached to a message is changed and not only spoiled. */
function insideBase64(bytes: Buffer, tools: MutationTools): Buffer {
  const blocks = [...bytes.toString('latin1').matchAll(/(?:[\w+/]{60,76}\r?\n)+[\w+/]*={0,2}/g)]
  if (blocks.length === 0) return bytes
  const { 0: block, index } = tools.random.pick(blocks)
  const inner = mutated(Buffer.from(block, 'base64'), { ...tools, maxBytes: tools.maxBytes >> 1 })
  const lines = inner.toString('base64').replace(/.{76}/g, '$&\r\n')
  return replaced(bytes, index, index + block.length, Buffer.from(lines))
}
