import { createMail } from '../message/create-mail.js'
import { headerBlock } from '../message/header-block.js'
import { joinedSource } from '../message/joined-source.js'
import type { MessageLimits } from '../message/limits.js'
import { createMailParser, type MailParser } from '../message/mail-parser.js'
import type { Envelope, Mail } from '../message/mail.js'
import { bufferSource } from '../message/source.js'
import type { Transaction } from '../milter/index.js'
import { BodyHash } from './body-hash.js'

/**
 * Collects the messages of the milter's transactions: from header fields and body chunks to a Mail,
 * and to the hash that the body is known by in later passes.
 *
 * The structure is read while the body arrives, so a large message is not read twice.
 */
export class Intake {
  readonly #limits: () => MessageLimits
  readonly #arriving = new WeakMap<Transaction, Arriving>()

  constructor(limits: () => MessageLimits) {
    this.#limits = limits
  }

  /** The next bytes of the body. */
  addBody(tx: Transaction, chunk: Buffer): void {
    const { parser, hash } = this.#arrivingOf(tx)
    parser.write(chunk)
    hash.update(chunk)
  }

  /** The message, once its body is complete; `clientCert`: see `Envelope`. */
  arrived(tx: Transaction, clientCert: string | undefined): Arrived {
    const { parser, header, hash } = this.#arrivingOf(tx)
    this.#arriving.delete(tx)
    const source = joinedSource([bufferSource(header), tx.body])
    const mail = createMail(parser.end(), source, envelopeOf(tx, clientCert))
    return { mail, bodyHash: hash.digest() }
  }

  #arrivingOf(tx: Transaction): Arriving {
    const known = this.#arriving.get(tx)
    if (known !== undefined) return known
    const header = headerBlock(tx.headers)
    const parser = createMailParser(this.#limits())
    parser.write(header)
    const arriving = { parser, header, hash: new BodyHash() }
    this.#arriving.set(tx, arriving)
    return arriving
  }
}

/** A message with what its body is known by. */
export interface Arrived {
  readonly mail: Mail
  readonly bodyHash: string
}

interface Arriving {
  readonly parser: MailParser
  readonly hash: BodyHash
  /** Header block with its empty line, as the parser saw it. */
  readonly header: Buffer
}

function envelopeOf(tx: Transaction, clientCert: string | undefined): Envelope {
  const { connection, helo } = tx.session
  return Object.freeze({
    sender: tx.sender.address,
    recipients: Object.freeze(tx.recipients.map(({ address }) => address)),
    ...known('queueId', tx.queueId),
    ...known('authUser', tx.macros.get('{auth_authen}')),
    ...known('clientCert', clientCert),
    ...known('clientName', connection?.host),
    ...known('clientAddress', connection?.address),
    ...known('helo', helo),
  })
}

function known(name: keyof Envelope, value: string | undefined): object {
  return value === undefined || value === '' ? {} : { [name]: value }
}
