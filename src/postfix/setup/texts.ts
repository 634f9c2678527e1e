import { tokens } from '../parameters.js'
import { parseServices, readAssignment, type Service } from '../services.js'

/** A service as it stands in master.cf, one option a line. */
export function serviceText(service: Service): string {
  const { name, type, unprivileged, chroot, wakeup, processLimit, command, args, options } = service
  const fields = [name, type, service.private, unprivileged, chroot, wakeup, processLimit]
  const width = [15, 5, 4, 4, 4, 4, 4]
  const head = fields.map((field, at) => field.padEnd(width[at] ?? 0)).join(' ')
  const words = args.map(arg => ` ${arg}`).join('')
  const lines = [...options].map(([option, value]) => `  -o ${assignment(option, value)}\n`)
  return `${head} ${command}${words}\n${lines.join('')}`
}

/** A value with blanks, or with braces of its own, stands in braces. */
function assignment(name: string, value: string): string {
  return /[\s{}]/.test(value) ? `{ ${name} = ${value} }` : `${name}=${value}`
}

/**
 * The text of a service with one option set anew; everything else keeps its form.
 *
 * Gives   the option in place of the last of its name, or on a line of its own at the end.
 */
export function withOption(text: string, name: string, value: string): string {
  const place = placeOf(text, name)
  if (place === undefined) return `${text.replace(/\n?$/, '\n')}  -o ${assignment(name, value)}\n`
  return `${text.slice(0, place.from)}-o ${assignment(name, value)}${text.slice(place.to)}`
}

/** The text of a service without an option. */
export function withoutOption(text: string, name: string): string {
  const place = placeOf(text, name)
  if (place === undefined) return text
  const before = text.slice(0, place.from)
  const after = text.slice(place.to)
  const isWholeLine = /\n[^\S\n]+$/.test(before) && /^[^\S\n]*(?:\n|$)/.test(after)
  return isWholeLine
    ? before.replace(/[^\S\n]+$/, '') + after.replace(/^[^\S\n]*\n?/, '')
    : before.trimEnd() + after
}

/** The service that a text of master.cf describes; undefined where it is none. */
export function serviceIn(text: string): Service | undefined {
  return parseServices(logicalLine(text))[0]
}

/** The value in the text of a parameter of main.cf, on one line. */
export function valueIn(text: string): string {
  const line = logicalLine(text)
  return line.slice(line.indexOf('=') + 1).trim()
}

function logicalLine(text: string): string {
  const lines = text.split('\n').filter(line => !/^\s*(?:#|$)/.test(line))
  return lines
    .map(line => line.trim())
    .join(' ')
    .replace(/\s+/g, ' ')
}

interface Place {
  /** Where its `-o` begins. */
  readonly from: number
  readonly to: number
}

function placeOf(text: string, name: string): Place | undefined {
  let found: Place | undefined
  let dash: number | undefined
  for (const { token, at } of placedTokens(text)) {
    const joined = /^-o(?=.)/.test(token)
    const from = joined ? at : dash
    dash = token === '-o' ? at : undefined
    if (from === undefined) continue
    if (readAssignment(joined ? token.slice(2) : token)?.name !== name) continue
    found = { from, to: at + token.length }
  }
  return found
}

/** The words of a service with their places; comments between its lines are passed over. */
function placedTokens(text: string): readonly { readonly token: string; readonly at: number }[] {
  const bare = text.replace(/^[^\S\n]*#.*$/gm, comment => ' '.repeat(comment.length))
  let from = 0
  return tokens(bare, /\s/).map(token => {
    const at = bare.indexOf(token, from)
    from = at + token.length
    return { token, at }
  })
}
