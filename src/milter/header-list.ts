import type { HeaderLine } from './handlers.js'

/**
 * Header fields in the order received, taken apart only when somebody looks.
 *
 * `leadingSpace`: HDR_LEADSPC holds, so values begin right after the colon. Without it the MTA took
 * one space away; one is put back unless the value begins with a tab, where there was likely none.
 */
export class HeaderList {
  readonly #leadingSpace: boolean
  readonly #received: string[] = []
  #lines: readonly HeaderLine[] | undefined

  constructor(leadingSpace: boolean) {
    this.#leadingSpace = leadingSpace
  }

  /** Takes name NUL value. */
  add(received: string): void {
    this.#received.push(received)
    this.#lines = undefined
  }

  /** The field added last. */
  last(): HeaderLine | undefined {
    const received = this.#received.at(-1)
    return received === undefined ? undefined : this.#lineOf(received)
  }

  lines(): readonly HeaderLine[] {
    this.#lines ??= Object.freeze(this.#received.map(received => this.#lineOf(received)))
    return this.#lines
  }

  #lineOf(received: string): HeaderLine {
    const nul = received.indexOf('\0')
    const value = received.slice(nul + 1)
    const isExact = this.#leadingSpace || value === '' || value.startsWith('\t')
    return Object.freeze({ name: received.slice(0, nul), value: isExact ? value : ` ${value}` })
  }
}
