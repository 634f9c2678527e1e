import type { HeaderLine } from './handlers.js'
import { HeaderDifference, type HeaderChange, type Placed } from './header-difference.js'
import { MilterError } from './milter-error.js'
import type { Modification } from './modification.js'
import { CHUNK_BYTES } from './wire.js'

/**
 * Changes to a header, recorded at any time, compared with the header when all of it is there.
 * Positions and occurrences are those of the fields received; the last word on a field counts.
 */
export class HeaderPlan {
  readonly #recorded: HeaderChange[] = []

  add(name: string, value: string): void {
    this.#recorded.push({ kind: 'add', ...placed(name, value) })
  }

  insert(position: number | 'top', name: string, value: string): void {
    if (position !== 'top' && !(Number.isInteger(position) && position >= 0)) {
      throw illegal('position is negative')
    }
    this.#recorded.push({ kind: 'insert', position, ...placed(name, value) })
  }

  change(name: string, occurrence: number, value: string): void {
    checkOccurrence(occurrence)
    this.#recorded.push({ kind: 'change', occurrence, ...placed(name, value) })
  }

  remove(name: string, occurrence?: number): void {
    if (occurrence !== undefined) checkOccurrence(occurrence)
    this.#recorded.push({ kind: 'remove', name, occurrence })
  }

  /** The changes on the wire, with values as they follow the colon. */
  modifications(received: readonly HeaderLine[]): Modification[] {
    const difference = new HeaderDifference(received)
    for (const change of this.#recorded) difference.take(change)
    return difference.modifications()
  }
}

/** RFC 5322, section 2.2: printable ASCII but the colon. Postfix does not check it: a space ends
 *  the header there. */
const NAME = /^[\x21-\x39\x3b-\x7e]+$/

/** Line feeds that no blank follows, NUL, carriage returns, characters that are no byte. */
const ILLEGAL_VALUE = /\n(?![ \t])|[\0\r]|[^\0-\xff]/

/** Room for the index and two NULs in a packet that sendmail takes. */
const MAX_FIELD_BYTES = CHUNK_BYTES - 16

/** Checks a field and gives its value as it follows the colon: folds as LF, a blank in front. */
function placed(name: string, value: string): Placed {
  if (!NAME.test(name)) throw illegal('name is not printable ASCII without colon')
  const folded = value.replaceAll('\r\n', '\n')
  if (ILLEGAL_VALUE.test(folded)) throw illegal('value holds NUL, a bare line break or no byte')
  if (name.length + folded.length > MAX_FIELD_BYTES) throw illegal('field is too long')
  return { name, value: /^[ \t\n]/.test(folded) ? folded : ` ${folded}` }
}

function checkOccurrence(occurrence: number): void {
  if (!Number.isInteger(occurrence) || occurrence < 1) throw illegal('occurrence is below 1')
}

function illegal(why: string): MilterError {
  return new MilterError('ERR_MILTER_HEADER', `header refused: ${why}`)
}
