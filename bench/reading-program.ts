import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createServices } from '../src/cli/container.js'
import { BodyHash } from '../src/gateway/body-hash.js'
import type { Engine } from '../src/gateway/engine.js'
import { examine } from '../src/gateway/examine.js'
import { messageLimits } from '../src/gateway/message-limits.js'
import { createMail } from '../src/message/create-mail.js'
import { fileSource } from '../src/message/file-source.js'
import { createMailParser } from '../src/message/mail-parser.js'
import { longestTurn, type LongestTurn } from './turn-watch.js'

/** What reading the message once has cost. */
export interface Reading {
  /** CPU time of the process, all its threads. */
  readonly cpuMs: number
  /** Of another reading, because it takes CPU time to look. */
  readonly pause: LongestTurn
  /** What was found: a verdict, or a number of bytes. */
  readonly found: string
}

/** Reads the message in a file once; gives what it found. */
type Reader = (file: string) => Promise<string>

/** Bytes of the body that Postfix sends at once. */
const CHUNK = 65_535

/** Readings before those that count: V8 has compiled by then. */
const WARM_UPS = 2

/**
 * Reads one message again and again.
 *
 * Shape   arguments: who reads (`postseal`, `mailsplit`, `mailparser`), the file, how often, and
 *         for postseal its milter.conf, for the others the directory in whose node_modules they
 *         are. Standard output is one Reading a line.
 */
const [who = '', file = '', rounds = '1', place = ''] = process.argv.slice(2)
const { read, close } = await reader(who)
for (let round = -WARM_UPS; round < Number(rounds); round += 1) {
  const reading = await measured(read)
  if (round >= 0) process.stdout.write(`${JSON.stringify(reading)}\n`)
}
await close()

async function reader(name: string): Promise<{ read: Reader; close: () => Promise<void> }> {
  if (name === 'postseal') {
    const engine = await createServices(place).engine
    return { read: path => examined(path, engine), close: () => engine.host.close() }
  }
  const peers = createRequire(join(place, 'package.json'))
  const read = name === 'mailsplit' ? split(peers) : parsed(peers)
  return { read, close: () => Promise.resolve() }
}

async function measured(read: Reader): Promise<Reading> {
  const before = process.cpuUsage()
  const found = await read(file)
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1000, pause: await longestTurn(() => read(file)), found }
}

/** The message as it comes from the network, chunk by chunk. */
async function* arrival(path: string): AsyncGenerator<Buffer, void, void> {
  const descriptor = openSync(path, 'r')
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK)
      const bytes = readSync(descriptor, chunk)
      if (bytes === 0) return
      yield chunk.subarray(0, bytes)
      await nextTurn()
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The way of a message in the daemon: its body in chunks and in a file, then all that looks at it. */
async function examined(path: string, { host, policy, config }: Engine): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const source = fileSource(handle, { start: 0, end: size })
    const parser = createMailParser(messageLimits(config))
    const hash = new BodyHash()
    for await (const chunk of arrival(path)) {
      parser.write(chunk)
      hash.update(chunk)
    }
    hash.digest()
    const mail = createMail(parser.end(), source, { sender: '', recipients: [] })
    const { content } = await examine(mail, host, policy, AbortSignal.timeout(60_000))
    return `${content.verdict} (${content.parts.length} findings)`
  } finally {
    await handle.close()
  }
}

interface SplitDoor {
  readonly Splitter: new () => Duplex
}

/** mailsplit finds the parts and decodes nothing. */
function split(peers: NodeJS.Require): Reader {
  const { Splitter } = peers('@zone-eu/mailsplit') as SplitDoor
  return async path => {
    let bytes = 0
    const splitter = new Splitter()
    await pipeline(arrival(path), splitter, async (pieces: AsyncIterable<unknown>) => {
      for await (const { value } of pieces as AsyncIterable<{ readonly value?: Buffer }>)
        bytes += value?.length ?? 0
    })
    return `${bytes} bytes`
  }
}

interface Attachment {
  readonly type: string
  readonly content: Readable
  release(): void
}

interface ParserDoor {
  readonly MailParser: new () => Duplex
}

/** mailparser decodes every attachment; nobody looks at them. */
function parsed(peers: NodeJS.Require): Reader {
  const { MailParser } = peers('mailparser') as ParserDoor
  return async path => {
    let bytes = 0
    const parser = new MailParser()
    await pipeline(arrival(path), parser, async (pieces: AsyncIterable<unknown>) => {
      for await (const piece of pieces as AsyncIterable<Attachment>) {
        if (piece.type !== 'attachment') continue
        for await (const chunk of piece.content as AsyncIterable<Buffer>) bytes += chunk.length
        piece.release()
      }
    })
    return `${bytes} bytes`
  }
}
