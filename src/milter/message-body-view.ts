import type { BodyView } from './handlers.js'
import type { MessageBody } from './message-body.js'
import { CHUNK_BYTES } from './wire.js'

/** What handlers see of a body. */
export class MessageBodyView implements BodyView {
  readonly #body: MessageBody

  constructor(body: MessageBody) {
    this.#body = body
    Object.freeze(this)
  }

  get size(): number {
    return this.#body.size
  }

  peek(start = 0, end = this.#body.size): Buffer | undefined {
    return this.#body.peek(start, end)
  }

  read(start = 0, end = this.#body.size, memory?: Buffer): Promise<Buffer> {
    return this.#body.read(start, end, memory)
  }

  async *stream(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#body.size; at += CHUNK_BYTES) {
      yield await this.#body.read(at, Math.min(at + CHUNK_BYTES, this.#body.size))
    }
  }
}
