import { setTimeout as sleep } from 'node:timers/promises'
import type { Postfix } from '../../sandbox/postfix.js'
import { readMailLog, told, type LoggedDelivery } from './lane-log.js'

/** A busy machine takes its time; what fails, fails late. */
export const DEADLINE_MS = 60_000

/** One line of `postqueue -j`. */
export interface QueueEntry {
  readonly queue_name: 'maildrop' | 'incoming' | 'active' | 'deferred' | 'hold' | 'corrupt'
  readonly queue_id: string
  readonly sender: string
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[]
}

/** What a Postfix does with its mail, from its log and its queue. */
export class PostfixWatch {
  readonly #postfix: Postfix

  constructor(postfix: Postfix) {
    this.#postfix = postfix
  }

  /**
   * Waits for a delivery of mail to the recipient that ended so; the text in brackets matches.
   *
   * Throws  an Error with the story so far.
   */
  async delivery(recipient: string, status: string, text = /(?:)/): Promise<LoggedDelivery> {
    for (const end = Date.now() + DEADLINE_MS; ; await sleep(50)) {
      const all = await this.deliveriesTo(recipient)
      const found = all.find(one => one.status === status && text.test(one.text))
      if (found !== undefined) return found
      if (Date.now() > end)
        throw new Error(
          `${recipient} was not ${status}:\n${all.map(({ line }) => line).join('\n')}`,
        )
    }
  }

  /** Every delivery of mail to an address, in order. */
  async deliveriesTo(recipient: string): Promise<readonly LoggedDelivery[]> {
    const all = readMailLog(await this.#postfix.logLines())
    return all.filter(one => one.recipient === recipient)
  }

  /** The same, in short. */
  async story(recipient: string): Promise<readonly string[]> {
    return (await this.deliveriesTo(recipient)).map(told)
  }

  async queue(): Promise<readonly QueueEntry[]> {
    const lines = (await this.#postfix.postqueue(['-j'])).split('\n').filter(line => line !== '')
    return lines.map(line => JSON.parse(line) as QueueEntry)
  }

  /** The queue entry of mail to the recipient that waits; waits for it. */
  async waiting(recipient: string): Promise<QueueEntry> {
    for (const end = Date.now() + DEADLINE_MS; ; await sleep(50)) {
      const queue = await this.queue()
      const found = queue.find(
        ({ queue_name: name, recipients }) =>
          name === 'deferred' && recipients.some(({ address }) => address === recipient),
      )
      if (found !== undefined) return found
      if (Date.now() > end)
        throw new Error(`nothing waits for ${recipient}: ${await this.#words()}`)
    }
  }

  /** Waits until nothing is on its way: everything is delivered, deferred, on hold or bounced. */
  async settled(): Promise<void> {
    let calm = 0
    for (const end = Date.now() + DEADLINE_MS; calm < 3; await sleep(50)) {
      const busy = (await this.queue()).some(({ queue_name: name }) => !/deferred|hold/.test(name))
      calm = busy ? 0 : calm + 1
      if (Date.now() > end) throw new Error(`mail is still on its way: ${await this.#words()}`)
    }
  }

  /** Deletes whatever is in the queue. */
  async forget(): Promise<void> {
    await this.#postfix.postsuper(['-d', 'ALL'])
  }

  async #words(): Promise<string> {
    return (await this.#postfix.logLines()).slice(-20).join('\n')
  }
}
