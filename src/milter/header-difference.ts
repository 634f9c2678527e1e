import type { HeaderLine } from './handlers.js'
import type { Modification } from './modification.js'

/** A field as it goes out: checked, its value beginning with a blank. */
export interface Placed {
  readonly name: string
  readonly value: string
}

/** A change as it was recorded. */
export type HeaderChange =
  | ({ readonly kind: 'add' } & Placed)
  | ({ readonly kind: 'insert'; readonly position: number | 'top' } & Placed)
  | ({ readonly kind: 'change'; readonly occurrence: number } & Placed)
  | { readonly kind: 'remove'; readonly name: string; readonly occurrence: number | undefined }

/**
 * The difference between the header received and the one wanted.
 *
 * Postfix applies each change at once, so a deletion moves what follows. Sendmail only marks what is
 * deleted and goes on counting it. The order below gives the same result on both:
 * 1. insertions in the middle, from the last to the first, while nothing is deleted yet;
 * 2. changes and deletions, from the highest occurrence of a name to the lowest, counting what 1. put
 *    above them (OpenDKIM issue 148 is what happens the other way round);
 * 3. insertions before all fields received: index 1, below the MTA's own Received;
 * 4. insertions above it: index 0. Last, because Postfix before 3.8.4 miscounts once the first field
 *    is not its own Received;
 * 5. additions at the end.
 */
export class HeaderDifference {
  readonly #received: readonly HeaderLine[]
  /** Positions received, by name in lower case. */
  readonly #positions = new Map<string, number[]>()
  /** By position received: the new value, or null for deleted. */
  readonly #changed = new Map<number, string | null>()
  readonly #middle: (Placed & { readonly position: number })[] = []
  readonly #front: Placed[] = []
  readonly #top: Placed[] = []
  readonly #added: Placed[] = []

  constructor(received: readonly HeaderLine[]) {
    this.#received = received
    for (const [position, { name }] of received.entries()) {
      const known = this.#positions.get(name.toLowerCase())
      if (known === undefined) this.#positions.set(name.toLowerCase(), [position])
      else known.push(position)
    }
  }

  take(change: HeaderChange): void {
    if (change.kind === 'add') this.#added.push(change)
    else if (change.kind === 'insert') this.#insert(change.position, change)
    else if (change.kind === 'change') {
      const position = this.#of(change.name)[change.occurrence - 1]
      if (position === undefined) this.#added.push(change)
      else this.#changed.set(position, change.value)
    } else {
      const { name, occurrence } = change
      const all = this.#of(name)
      const gone = occurrence === undefined ? all : all.slice(occurrence - 1, occurrence)
      for (const position of gone) this.#changed.set(position, null)
    }
  }

  modifications(): Modification[] {
    const middle = this.#middle.sort((a, b) => a.position - b.position)
    return [
      ...middle.toReversed().map(field => insertion(field.position + 1, field)),
      ...this.#changes(),
      ...this.#front.toReversed().map(field => insertion(1, field)),
      ...this.#top.toReversed().map(field => insertion(0, field)),
      ...this.#added.map(({ name, value }) => ({ kind: 'add-header', name, value }) as const),
    ]
  }

  #insert(position: number | 'top', field: Placed): void {
    if (position === 'top') this.#top.push(field)
    else if (position === 0) this.#front.push(field)
    else if (position >= this.#received.length) this.#added.push(field)
    else this.#middle.push({ name: field.name, value: field.value, position })
  }

  #changes(): Modification[] {
    const changes: Modification[] = []
    for (const position of [...this.#changed.keys()].sort((a, b) => b - a)) {
      const { name, value } = this.#received[position] as HeaderLine
      const wanted = this.#changed.get(position) ?? null
      if (wanted === value) continue
      const index = 1 + this.#of(name).indexOf(position) + this.#insertedAbove(name, position)
      changes.push({ kind: 'change-header', index, name, value: wanted ?? '' })
    }
    return changes
  }

  #insertedAbove(name: string, position: number): number {
    return this.#middle.filter(
      field => field.position <= position && field.name.toLowerCase() === name.toLowerCase(),
    ).length
  }

  #of(name: string): readonly number[] {
    return this.#positions.get(name.toLowerCase()) ?? []
  }
}

function insertion(index: number, { name, value }: Placed): Modification {
  return { kind: 'insert-header', index, name, value }
}
