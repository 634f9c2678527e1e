/** One message as it reached a receiver, and how. */
export interface Arrival {
  readonly receiver: string
  readonly at: Date
  readonly sender: string
  /** Of MAIL FROM: `BODY`, `SMTPUTF8`, `RET`, `ENVID`; true for one without a value. */
  readonly senderParameters: Readonly<Record<string, string | true>>
  readonly recipients: readonly string[]
  /** Of RCPT TO, in the order of the recipients: `NOTIFY`, `ORCPT`. */
  readonly recipientParameters: readonly Readonly<Record<string, string | true>>[]
  /** Undefined when it came in clear text. */
  readonly tls: { readonly version: string; readonly cipher: string } | undefined
  readonly message: Buffer
  /** Whether its sender was told that it is here; otherwise it will come again. */
  readonly confirmed: boolean
}

const DEADLINE_MS = 20_000

/** What arrived at one receiver, for those who count and for those who wait. */
export class Arrivals {
  readonly all: Arrival[] = []
  readonly #given = new Set<Arrival>()
  #wake: (() => void)[] = []

  add(arrival: Arrival): void {
    this.all.push(Object.freeze(arrival))
    for (const wake of this.#wake.splice(0)) wake()
  }

  /**
   * The first message to an address that was not given before; waits for it.
   *
   * Throws  an Error with what arrived instead.
   */
  async next(recipient: string, deadlineMs = DEADLINE_MS): Promise<Arrival> {
    const timeout = AbortSignal.timeout(deadlineMs)
    for (;;) {
      const found = this.all.find(
        arrival => arrival.recipients.includes(recipient) && !this.#given.has(arrival),
      )
      if (found !== undefined) {
        this.#given.add(found)
        return found
      }
      if (timeout.aborted) throw new Error(`no mail to ${recipient}; there is ${this.#list()}`)
      await this.#changeOrEnd(timeout)
    }
  }

  async #changeOrEnd(timeout: AbortSignal): Promise<void> {
    let wake = (): void => undefined
    await new Promise<void>(done => {
      wake = done
      this.#wake.push(wake)
      timeout.addEventListener('abort', wake, { once: true })
    })
    // Mail to somebody else woke it: the signal must not gather a listener for each.
    timeout.removeEventListener('abort', wake)
  }

  #list(): string {
    return this.all.map(({ recipients }) => recipients.join(' ')).join(', ') || 'none'
  }
}
