import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'
import { startReceiver, type Arrival, type Receiver } from '../../sandbox/receiver.js'

/**
 * Starts a content filter as Postfix's FILTER_README describes it: it takes mail on one port of 127.0.0.1, says so
 * in the header, and gives it back to Postfix on another.
 */
export async function startContentFilter(t: Test, port: number, back: number): Promise<Receiver> {
  const onArrival = async (arrival: Arrival): Promise<void> => {
    const { sender: from, message } = arrival
    const transport = createTransport({ host: '127.0.0.1', port: back, ignoreTLS: true })
    const raw = Buffer.concat([Buffer.from('X-Scanned: yes\r\n'), message])
    await transport.sendMail({ envelope: { from, to: [...arrival.recipients] }, raw })
    transport.close()
  }
  const filter = await startReceiver({ name: 'filter', address: '127.0.0.1', port, onArrival })
  t.teardown(() => filter.close())
  return filter
}

/** A store for mailboxes that is reached by LMTP. */
export interface MailStore {
  /** All that it took, in Latin-1. */
  readonly messages: readonly string[]
}

export async function startMailStore(t: Test, port: number): Promise<MailStore> {
  const messages: string[] = []
  const server = new SMTPServer({
    lmtp: true,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onData(stream, session, done) {
      buffer(stream).then(
        message => {
          messages.push(message.toString('latin1'))
          done(
            null,
            session.envelope.rcptTo.map(() => 'stored'),
          )
        },
        (thrown: unknown) => done(thrown as Error),
      )
    },
  })
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  t.teardown(() => new Promise<void>(done => server.close(() => done())))
  return { messages }
}
