import { Parser } from 'htmlparser2'
import { looksReadable } from '../container/looks-readable.js'
import { htmlText } from './html-text.js'

/** Base64 characters that a payload has at the least, and one piece of it. */
const LEAST_PAYLOAD = 200
const LEAST_PIECE = 40

/** Elements of one file that are looked at. */
const ELEMENT_LIMIT = 100_000

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
export function readCarrier(html: string): Carrier | undefined {
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
  parser.end(html)
  const [action] = actions
  if (elements > ELEMENT_LIMIT || actions.length !== 1 || action === undefined) return undefined
  if (!URL.canParse(action) || new URL(action).protocol !== 'https:') return undefined
  const payload = pieces.map(piece => piece.replace(/\s+/g, '')).join('')
  if (payload.length < LEAST_PAYLOAD) return undefined
  if (looksReadable(Buffer.from(payload, 'base64'))) return undefined
  const text = pieces.reduce((rest, piece) => rest.replaceAll(piece, ' '), htmlText(html))
  return { action: new URL(action), text }
}

function isBase64(value: string): boolean {
  return value.length >= LEAST_PIECE && /^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(value)
}
