import { SMTPServer } from 'smtp-server'

/** A mail as it came from Postfix' smtp(8). */
export interface Delivery {
  readonly sender: string
  readonly senderParameters: Readonly<Record<string, unknown>>
  readonly recipients: readonly string[]
  /** Latin1: one character a byte. */
  readonly raw: string
  /** `raw` without the Received field that Postfix itself puts there. */
  readonly message: string
}

/** The server at the other end of Postfix: takes every mail and keeps its bytes. */
export class Receiver {
  readonly #server: SMTPServer
  readonly #deliveries: Delivery[] = []
  #wake: (() => void)[] = []

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope
          const raw = Buffer.concat(chunks).toString('latin1')
          this.#deliveries.push({
            sender: mailFrom === false ? '' : mailFrom.address,
            senderParameters: mailFrom === false ? {} : { ...mailFrom.args },
            recipients: rcptTo.map(({ address }) => address),
            raw,
            message: withoutOwnReceived(raw),
          })
          done()
          for (const wake of this.#wake.splice(0)) wake()
        })
      },
    })
    this.#server.on('error', () => undefined)
  }

  static async start(): Promise<{ receiver: Receiver; port: number }> {
    const receiver = new Receiver()
    const listener = receiver.#server.listen(0, '127.0.0.1')
    await new Promise<void>(resolve => listener.once('listening', () => resolve()))
    const address = listener.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return { receiver, port: address.port }
  }

  get count(): number {
    return this.#deliveries.length
  }

  /** Takes out the first mail to `recipient`; waits for it at most 20 seconds. */
  async mailTo(recipient: string): Promise<Delivery> {
    for (const end = Date.now() + 20_000; Date.now() < end;) {
      const at = this.#deliveries.findIndex(({ recipients }) => recipients.includes(recipient))
      const [found] = at < 0 ? [] : this.#deliveries.splice(at, 1)
      if (found !== undefined) return found
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, end - Date.now())
        this.#wake.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    throw new Error(`no mail to ${recipient} within 20 s`)
  }

  close(): Promise<void> {
    return new Promise(resolve => this.#server.close(() => resolve()))
  }
}

function withoutOwnReceived(raw: string): string {
  return raw.replace(/^Received: .*\r\n(?:[ \t].*\r\n)*/m, '')
}
