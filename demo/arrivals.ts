import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Arrival } from '../sandbox/receiver.js'

/** A message that reached a receiver, as it lies in the folder `arrived`. */
export interface StoredArrival {
  readonly receiver: string
  readonly at: string
  readonly recipients: readonly string[]
  readonly tls: { readonly version: string; readonly cipher: string } | null
  readonly messageId: string | null
  readonly bytes: number
  /** Name of the file with the message, beside this one. */
  readonly file: string
}

/** Puts arrivals into a folder, in the order in which they come: 0001.eml beside 0001.json. */
export async function arrivalFolder(folder: string): Promise<(arrival: Arrival) => Promise<void>> {
  await mkdir(folder, { recursive: true })
  let count = 0
  return async arrival => {
    const name = String(++count).padStart(4, '0')
    const stored: StoredArrival = {
      receiver: arrival.receiver,
      at: arrival.at.toISOString(),
      recipients: arrival.recipients,
      tls: arrival.tls ?? null,
      messageId: fieldOf(arrival.message, 'message-id') ?? null,
      bytes: arrival.message.length,
      file: `${name}.eml`,
    }
    await writeFile(join(folder, stored.file), arrival.message)
    // Under its name only when it is whole: somebody may be reading the folder.
    await writeFile(join(folder, `${name}.part`), `${JSON.stringify(stored)}\n`)
    await rename(join(folder, `${name}.part`), join(folder, `${name}.json`))
  }
}

/** Everything that has arrived so far, in order. */
export async function readArrivals(folder: string): Promise<readonly StoredArrival[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(
      async name => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredArrival,
    ),
  )
}

/**
 * The unfolded value of the first header field of that name; undefined when there is none.
 *
 * Shape   `message` as bytes with CRLF or LF; looks at the header only.
 */
export function fieldOf(message: Buffer, name: string): string | undefined {
  const header = message.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? ''
  const unfolded = header.replace(/\r?\n(?=[ \t])/g, '')
  const prefix = `${name.toLowerCase()}:`
  const line = unfolded.split(/\r?\n/).find(line => line.toLowerCase().startsWith(prefix))
  return line?.slice(prefix.length).trim()
}
