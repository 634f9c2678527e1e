import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An SMTP client that says exactly what it is told to: bytes out, whole replies in. */
export class SmtpTalk {
  #socket: Socket
  #text = ''
  #isClosed = false
  #wake: (() => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = this.#listenTo(socket)
  }

  /** Connects and gives the greeting too. */
  static async open(port: number): Promise<{ talk: SmtpTalk; greeting: string }> {
    const socket = connect(port, '127.0.0.1')
    const talk = new SmtpTalk(socket)
    return { talk, greeting: await talk.reply() }
  }

  /** Sends a command and gives the reply, lines joined with LF. */
  async command(line: string): Promise<string> {
    this.write(`${line}\r\n`)
    return this.reply()
  }

  /**
   * Goes over to TLS, with a certificate of its own if it has one; whoever answers is believed.
   *
   * Gives   the reply to STARTTLS; without 220 everything goes on as before.
   */
  async startTls(own: { readonly key?: string; readonly cert?: string } = {}): Promise<string> {
    const reply = await this.command('STARTTLS')
    if (!reply.startsWith('220')) return reply
    this.#socket.removeAllListeners()
    const secured = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...own })
    await once(secured, 'secureConnect')
    this.#socket = this.#listenTo(secured)
    return reply
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** The next reply; `closed` when the server has gone. */
  async reply(deadlineMs = 20_000): Promise<string> {
    const end = Date.now() + deadlineMs
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#text)
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length)
        return match[0].replaceAll('\r', '').trimEnd()
      }
      if (this.#isClosed) return 'closed'
      if (Date.now() > end) throw new Error(`no SMTP reply within ${deadlineMs} ms`)
      await this.#more(end)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #listenTo(socket: Socket): Socket {
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#wake?.()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake?.()
    })
    return socket
  }

  async #more(end: number): Promise<void> {
    const timer = setTimeout(() => this.#wake?.(), Math.max(1, end - Date.now()))
    await new Promise<void>(resolve => {
      this.#wake = resolve
    })
    clearTimeout(timer)
  }
}

/** Lines with CRLF, dots doubled, and the final dot (RFC 5321, section 4.5.2). */
export function dotStuffed(message: string): string {
  const lines = message.endsWith('\r\n') || message === '' ? message : `${message}\r\n`
  return `${lines.replace(/^\./gm, '..')}.\r\n`
}
