import { setImmediate as otherWork } from 'node:timers/promises'
import { Parser } from 'htmlparser2'
import { looksReadable } from '../container/looks-readable.js'
import { htmlText } from './html-text.js'

/** Base64 characters that a payload has at the least, and one piece of it. */
const LEAST_PAYLOAD = 200
const LEAST_PIECE = 40

/** Characters at the front of a payload that tell what it is. */
const PAYLOAD_FRONT = 16 * 1024

/** Elements of one file that are looked at. */
const ELEMENT_LIMIT = 100_000

/** Characters that all searches for pieces of a payload may pass. */
const EFFORT_LIMIT = 200_000_000

/** Characters that are parsed before others have their turn: a payload may be as large as a mail. */
const SLICE = 256 * 1024

/** An HTML file that posts its payload to a server, which opens it. */
export interface Carrier {
  /** Where its form posts to. */
  readonly action: URL
  /** What a reader sees of it, without the payload. */
  readonly text: string
}

/**
 * Reads an HTML file as the carrier of an encrypted message: one form that posts to https, with
 * hidden inputs that hold base64 of something unreadable.
 *
 * Gives   undefined when it is none.
 */
export async function readCarrier(html: string): Promise<Carrier | undefined> {
  const actions: string[] = []
  const pieces: string[] = []
  let elements = 0
  let isInForm = false
  const parser = new Parser({
    onopentag(name, attributes) {
      elements += 1
      if (elements > ELEMENT_LIMIT) parser.pause()
      if (name === 'form') {
        isInForm = attributes['method']?.toLowerCase() === 'post'
        actions.push(attributes['action'] ?? '')
      }
      const value = attributes['value'] ?? ''
      const isHidden = name === 'input' && attributes['type']?.toLowerCase() === 'hidden'
      if (isInForm && isHidden && isBase64(value)) pieces.push(value)
    },
    onclosetag(name) {
      if (name === 'form') isInForm = false
    },
  })
  for (let at = 0; at < html.length; at += SLICE) {
    parser.write(html.slice(at, at + SLICE))
    await otherWork()
  }
  parser.end()
  const [action] = actions
  if (elements > ELEMENT_LIMIT || actions.length !== 1 || action === undefined) return undefined
  if (!URL.canParse(action) || new URL(action).protocol !== 'https:') return undefined
  const payload = pieces.join('').slice(0, PAYLOAD_FRONT).replace(/\s+/g, '')
  if (payload.length < LEAST_PAYLOAD) return undefined
  if (looksReadable(Buffer.from(payload, 'base64'))) return undefined
  // Those that are written with an entity in them, or in other quotes, are left.
  const left = new Set(pieces)
  const shown = htmlText(withoutValues(html, left))
  if (left.size * shown.length > EFFORT_LIMIT) return undefined
  const text = [...left].reduce((rest, piece) => rest.replaceAll(piece, ' '), shown)
  return { action: new URL(action), text }
}

/**
 * Empties the attributes that have one of the values; what was found is taken off the list. Only whole
 * values in quotes are emptied, so that what is left of a name becomes no markup.
 */
function withoutValues(html: string, values: Set<string>): string {
  const found = new Set<string>()
  const strings = html.split('"').map(string => {
    if (string.length < LEAST_PIECE || !values.has(string)) return string
    found.add(string)
    return ' '
  })
  for (const value of found) values.delete(value)
  return strings.join('"')
}

/** Whether the start of a form stands anywhere in a file; to parse one takes far longer. */
export async function holdsForm(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<boolean> {
  let last = ''
  for await (const chunk of chunks) {
    const text = last + chunk.toString('latin1')
    if (/<form/i.test(text)) return true
    last = text.slice(1 - '<form'.length)
  }
  return false
}

function isBase64(value: string): boolean {
  return value.length >= LEAST_PIECE && /^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(value)
}
