import type { ByteSource, Edit, HeaderField, Part } from 'postseal/plugin'

/**
 * Edits that give a text part another character set and transfer encoding; its other parameters
 * stay.
 *
 * The header of the message is changed by name, that of a part inside it as bytes of the body.
 *
 * Gives   undefined when the header can't be written anew without guessing.
 */
export async function partHeaderEdits(
  source: ByteSource,
  part: Part,
  charset: string,
  encoding: string,
): Promise<readonly Edit[] | undefined> {
  const type = contentType(part, charset)
  if (type === undefined) return undefined
  const wanted = [
    { name: 'Content-Type', value: type },
    { name: 'Content-Transfer-Encoding', value: encoding },
  ]
  if (part.parent === undefined) {
    const version = fieldNamed(part, 'MIME-Version') ? [] : [{ name: 'MIME-Version', value: '1.0' }]
    return [...version, ...wanted].map(field => ({ kind: 'set-header', ...field }))
  }
  const header = await source.read(part.header.start, part.header.end)
  const eol = header.includes('\r\n') ? '\r\n' : '\n'
  const lines = wanted.map(({ name, value }) => `${name}: ${value}${eol}`)
  const fields = wanted.map(({ name }) => fieldNamed(part, name))
  return splices(lines, fields, part.header.start)
}

/** Each line takes the place of its field; one without a field goes along with the other. */
function splices(
  lines: readonly string[],
  fields: readonly (HeaderField | undefined)[],
  start: number,
): readonly Edit[] {
  const absent = lines.filter((_line, at) => fields[at] === undefined).join('')
  const present = fields.flatMap((field, at) => (field ? [{ ...field.range, at }] : []))
  const places = present.length > 0 ? present : [{ start, end: start, at: lines.length }]
  return places.map(({ start, end, at }, index) => {
    const text = (lines[at] ?? '') + (index === 0 ? absent : '')
    return { kind: 'splice', start, end, bytes: Buffer.from(text, 'latin1') }
  })
}

function fieldNamed(part: Part, name: string): HeaderField | undefined {
  return part.fields.find(field => field.name.toLowerCase() === name.toLowerCase())
}

function contentType(part: Part, charset: string): string | undefined {
  const params: string[] = [`charset=${charset}`]
  for (const [name, value] of part.params) {
    if (name === 'charset') continue
    if (!TOKEN.test(name) || !/^[\x20-\x7e]{0,200}$/u.test(value)) return undefined
    params.push(`${name}=${TOKEN.test(value) ? value : quoted(value)}`)
  }
  return [part.type, ...params].join('; ')
}

/** RFC 2045 section 5.1. */
const TOKEN = /^[!#-'*+\-.0-9A-Z^-~]{1,100}$/u

function quoted(value: string): string {
  return `"${value.replace(/["\\]/gu, char => `\\${char}`)}"`
}
