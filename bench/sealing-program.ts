import { open, type FileHandle } from 'node:fs/promises'
import { deriveKeys } from '../src/seal/container/keys.js'
import { ITERATIONS } from '../src/seal/container/header.js'
import { sealAsHtml } from '../src/seal/html/html-format.js'
import { sealAsPdf } from '../src/seal/pdf/pdf-format.js'
import type { SealedLetter, SealOrder } from '../src/seal/letter.js'
import { createMail } from '../src/message/create-mail.js'
import { fileSource } from '../src/message/file-source.js'
import { createMailParser } from '../src/message/mail-parser.js'
import type { Mail } from '../src/message/mail.js'
import { longestTurn } from './turn-watch.js'

/** What one run of this program says, as JSON on one line. */
export interface Sealing {
  readonly messageBytes: number
  /** Until the last letter was written out, key derivation included. */
  readonly ms: number
  /** One key derivation alone. */
  readonly derivationMs: number
  /** CPU time that the event loop was held at most. */
  readonly longestTurnMs: number
  /** Memory at its peak, above that before the message was read; its bytes stay in their file. */
  readonly peakBytes: number
}

/**
 * Seals one message so many times at once: `FILE COUNT FORMAT WATCH`. Watching the event loop costs time, so
 * time and turns are measured in different runs.
 */
async function main(): Promise<void> {
  const [file = '', count = '1', format = 'html', watch = ''] = process.argv.slice(2)
  const before = process.memoryUsage.rss()
  const handle = await open(file, 'r')
  const { size: messageBytes } = await handle.stat()
  const mail = await mailIn(handle, messageBytes)
  const order: SealOrder = {
    mail,
    recipient: 'eva@good.example',
    sender: 'anna@in.example',
    reference: '0123456789abcdefghij',
    language: 'de',
    style: {
      company: 'Bench',
      logo: undefined,
      colour: '#1a4f8b',
      subject: { de: 'v', fr: 'c', it: 'r', en: 'c' },
      contact: '',
    },
    password: 'KZ7M-QP4L-9TVA-HR2D',
    seed: Buffer.alloc(32, 7),
    keys: [],
    passwordWay: 'sender',
  }
  const derivationMs = await timeOf(() =>
    deriveKeys('KZ7M-QP4L-9TVA-HR2D', { salt: Buffer.alloc(32), iterations: ITERATIONS }),
  )
  const seal = format === 'pdf' ? sealAsPdf : sealAsHtml
  const work = async (): Promise<void> => {
    const one = async (): Promise<void> => drain(await seal(order, new AbortController().signal))
    await Promise.all(Array.from({ length: Number(count) }, one))
  }
  let longestTurnMs = 0
  const ms = await timeOf(async () => {
    if (watch === '') await work()
    else longestTurnMs = (await longestTurn(work)).cpuMs
  })
  const peakBytes = process.resourceUsage().maxRSS * 1024 - before
  const sealing: Sealing = {
    messageBytes,
    ms,
    derivationMs,
    longestTurnMs,
    peakBytes,
  }
  await handle.close()
  process.stdout.write(`${JSON.stringify(sealing)}\n`)
}

/** As the daemon has it: the structure in memory, the bytes of a large message in a file. */
async function mailIn(handle: FileHandle, size: number): Promise<Mail> {
  const parser = createMailParser()
  const source = fileSource(handle, { start: 0, end: size })
  for (let at = 0; at < size; at += CHUNK)
    parser.write(await source.read(at, Math.min(size, at + CHUNK)))
  const envelope = { sender: 'anna@in.example', recipients: ['eva@good.example'] }
  return createMail(parser.end(), source, envelope)
}

/** Bytes of a chunk of a body, as Postfix sends it. */
const CHUNK = 64 * 1024

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** As a client that takes the letter piece by piece. */
async function drain({ body, bodyBytes }: SealedLetter): Promise<void> {
  let written = 0
  for await (const piece of body) written += piece.length
  if (written !== bodyBytes) throw new Error('the letter is not as long as it says')
}

await main()
