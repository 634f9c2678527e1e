import { TextDecoder } from 'node:util'
import { Parser } from 'htmlparser2'
import { GatewayError } from '../../errors.js'

/** What a reader of XML is told; names without their prefix. */
export interface XmlEvents {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  close?(name: string): void
  text?(text: string): void
}

/** Elements inside each other; a table in a table in a text box has forty. */
const MAX_DEPTH = 256

/**
 * Reads an XML document as it comes, whatever its form: what a word processor would repair is read
 * too. Entities of a document's own are not expanded, so nothing grows.
 *
 * Throws  ERR_CONTAINER_MALFORMED when elements lie inside each other without end; what the source
 *         and the events throw.
 */
export async function readXml(pieces: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  let depth = 0
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if ((depth += 1) > MAX_DEPTH)
          throw new GatewayError('ERR_CONTAINER_MALFORMED', { what: 'its elements never close' })
        events.open?.(localName(name), attributes)
      },
      onclosetag(name) {
        depth -= 1
        events.close?.(localName(name))
      },
      ontext: text => events.text?.(text),
    },
    { xmlMode: true, decodeEntities: true },
  )
  let decoder: TextDecoder | undefined
  for await (const piece of pieces) {
    if (piece.length === 0) continue
    decoder ??= new TextDecoder(encodingOf(piece))
    parser.write(decoder.decode(piece, { stream: true }))
  }
  parser.end(decoder?.decode())
}

/** UTF-8 or UTF-16, as XML itself demands of every reader (XML 1.0, appendix F). */
function encodingOf(front: Buffer): string {
  const start = front.toString('latin1', 0, 2)
  if (start === '\xff\xfe' || start === '<\0') return 'utf-16le'
  return start === '\xfe\xff' || start === '\0<' ? 'utf-16be' : 'utf-8'
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
