import type { MacroView } from './handlers.js'
import { SMFIC } from './wire.js'
import { textOfWire } from './wire-text.js'

/**
 * Stages in the order of libmilter's buffers: a macro is looked up from the last to the first.
 * Macros of other commands (Postfix sends some before every header and body chunk) are left out, as
 * libmilter does.
 */
const STAGES: readonly number[] = [
  SMFIC.CONNECT,
  SMFIC.HELO,
  SMFIC.MAIL,
  SMFIC.RCPT,
  SMFIC.DATA,
  SMFIC.BODYEOB,
  SMFIC.EOH,
]

const FIRST_OF_MESSAGE = 2

/** Undefined: none; a string: as received; a map: looked at. */
type Slot = string | ReadonlyMap<string, string> | undefined

/**
 * Macros by stage, read only when asked for.
 *
 * A set made by `next` shares nothing with its predecessor, so a message that is over keeps what
 * held for it.
 */
export class MacroSet implements MacroView {
  readonly #slots: Slot[]

  constructor(slots: Slot[] = []) {
    this.#slots = slots
    Object.freeze(this)
  }

  /** Takes the payload of a MACRO packet; replaces what the stage had. */
  set(buffer: Buffer, start: number, end: number): void {
    if (start === end) return
    const stage = STAGES.indexOf(buffer[start] as number)
    if (stage >= 0) this.#slots[stage] = buffer.toString('latin1', start + 1, end)
  }

  /** Forgets the stages after that of `command`, which begins again. */
  clearAfter(command: number): void {
    this.#slots.length = Math.min(this.#slots.length, STAGES.indexOf(command) + 1)
  }

  /** The set for the next message: what belongs to the connection stays. */
  next(): MacroSet {
    return new MacroSet(this.#slots.slice(0, FIRST_OF_MESSAGE))
  }

  get(name: string): string | undefined {
    const bare = withoutBraces(name)
    for (let stage = this.#slots.length - 1; stage >= 0; stage -= 1) {
      const value = this.#mapOf(stage)?.get(bare)
      if (value !== undefined) return value
    }
    return undefined
  }

  #mapOf(stage: number): ReadonlyMap<string, string> | undefined {
    const slot = this.#slots[stage]
    if (typeof slot !== 'string') return slot
    const map = parsePairs(slot)
    this.#slots[stage] = map
    return map
  }
}

/** Name NUL value NUL, repeated; a last name without a value has the empty one. */
function parsePairs(payload: string): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  if (payload === '') return map
  const strings = (payload.endsWith('\0') ? payload.slice(0, -1) : payload).split('\0')
  for (let at = 0; at < strings.length; at += 2) {
    map.set(withoutBraces(strings[at] as string), textOfWire(strings[at + 1] ?? ''))
  }
  return map
}

function withoutBraces(name: string): string {
  return name.startsWith('{') && name.endsWith('}') ? name.slice(1, -1) : name
}
