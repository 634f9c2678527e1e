import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { MAILS } from './layout.js'
import { SENDER, type Example } from './examples.js'

/** What the sender's program was told at the end of the message. */
export interface Answer {
  readonly code: number
  /** All lines as received. */
  readonly lines: readonly string[]
  /** Queue id of Postfix, if the answer names one. */
  readonly queueId: string | undefined
}

const SEND_MS = 60_000

/** Sends one example by SMTP, as a mail program would. Refusal is an answer, not an exception. */
export async function sendExample(example: Example, smtpPort: number): Promise<Answer> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: smtpPort,
    name: 'client.praxis.example',
    ignoreTLS: true,
    connectionTimeout: SEND_MS,
    socketTimeout: SEND_MS,
  })
  const to = example.recipients.map(({ address }) => address)
  try {
    const raw = await messageOf(example)
    const { response } = await transport.sendMail({ envelope: { from: SENDER, to }, raw })
    return answerOf(response)
  } catch (thrown) {
    const response = responseIn(thrown)
    if (response === undefined) throw thrown
    return answerOf(response)
  } finally {
    transport.close()
  }
}

/** The bytes of an example with line ends as on the wire. */
export async function messageOf(example: Example): Promise<Buffer> {
  const text = await readFile(join(MAILS, `${example.name}.eml`), 'latin1')
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1')
}

/** Reads a reply of one or several lines (RFC 5321, section 4.2). */
export function answerOf(response: string): Answer {
  const lines = response.split(/\r?\n/).filter(line => line !== '')
  const queueId = /queued as (\w+)|\((\w{6,20})\)/.exec(lines.at(-1) ?? '')
  return {
    code: Number(lines[0]?.slice(0, 3)),
    lines,
    queueId: queueId?.[1] ?? queueId?.[2],
  }
}

function responseIn(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('response' in thrown)) return undefined
  return typeof thrown.response === 'string' ? thrown.response : undefined
}
