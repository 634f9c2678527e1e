import type { MailStructure, Part } from '../../src/message/mail.js'
import type { Range } from '../../src/message/source.js'

/** One line a part: path, type and, of a leaf, its bytes; preamble and epilogue in angle brackets. */
export function outline({ root }: Pick<MailStructure, 'root'>, bytes: Buffer): string[] {
  return allParts(root).map(part => {
    const { path, type, children, body, preamble, epilogue } = part
    const texts = [
      ...(preamble === undefined ? [] : [`<${show(bytes, preamble)}>`]),
      ...(children.length > 0 ? [] : [JSON.stringify(show(bytes, body))]),
      ...(epilogue === undefined ? [] : [`<${show(bytes, epilogue)}>`]),
    ]
    return [path, type, ...texts].join(' ')
  })
}

/** Damage as `path id`, sorted by neither: the order is the order met. */
export function damageOf({ damage }: Pick<MailStructure, 'damage'>): string[] {
  return damage.map(({ part, id }) => `${part} ${id}`)
}

export function allParts(part: Part): Part[] {
  return [part, ...part.children.flatMap(allParts)]
}

/**
 * What is wrong with the ranges of a part tree; empty when every byte of the message belongs to a
 * header, a leaf, a preamble, an epilogue or a delimiter line, and every range lies in its parent.
 */
export function rangeProblems(root: Part, bytes: Buffer): string[] {
  const problems: string[] = []
  if (root.header.start !== 0) problems.push('the message does not start at 0')
  if (root.body.end !== bytes.length) problems.push('the message does not end with its bytes')
  for (const part of allParts(root)) {
    const { path, header, body, children } = part
    if (header.end !== body.start) problems.push(`${path}: gap between header and body`)
    if (header.end < header.start || body.end < body.start) problems.push(`${path}: negative range`)
    for (const field of part.fields) {
      if (!isInside(field.range, header)) problems.push(`${path}: field outside the header`)
    }
    for (const extra of [part.preamble, part.epilogue]) {
      if (extra !== undefined && !isInside(extra, body)) problems.push(`${path}: text outside`)
    }
    if (children.length > 0) problems.push(...gapProblems(part, bytes))
  }
  return problems
}

function gapProblems(part: Part, bytes: Buffer): string[] {
  const problems: string[] = []
  const pieces: Range[] = [
    ...(part.preamble === undefined ? [] : [part.preamble]),
    ...part.children.map(({ header, body }) => ({ start: header.start, end: body.end })),
    ...(part.epilogue === undefined ? [] : [part.epilogue]),
  ]
  let at = part.body.start
  for (const piece of [...pieces, { start: part.body.end, end: part.body.end }]) {
    if (piece.start < at) problems.push(`${part.path}: pieces overlap at ${piece.start}`)
    const gap = show(bytes, { start: at, end: piece.start })
    if (!/^(?:\r?\n)?(?:--[^\n]*\n?)?$/.test(gap)) {
      problems.push(`${part.path}: ${gap.length} bytes lost at ${at}`)
    }
    at = piece.end
  }
  return problems
}

function isInside(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.end <= outer.end && inner.start <= inner.end
}

function show(bytes: Buffer, { start, end }: Range): string {
  return bytes.toString('latin1', start, end)
}
