import { z } from 'zod'
import { reasonOf } from '../errors.js'
import type { Edit } from '../message/edit.js'
import { checkHeaderEdit } from '../message/header-edit.js'
import type { Mail, Part } from '../message/mail.js'
import { planSplices } from '../message/splice.js'
import { RISK_CLASSES, SYSTEMS, VERDICTS, type Finding, type Label } from '../policy/model.js'
import type { Stage } from './plugin.js'

/** Stages that look at a message and give a list of what they have to say. */
export const LIST_STAGES = ['classify', 'detect', 'rewrite'] as const satisfies readonly Stage[]
export type ListStage = (typeof LIST_STAGES)[number]

/** What the results of each stage are once they are checked. */
export interface StageResult {
  classify: Label
  detect: Finding
  rewrite: Edit
}

/** What is wrong with a result, as a predicate: `gave a result whose 2.class is …`. */
export class ResultError extends Error {
  override readonly name = 'ResultError'
}

/**
 * Checks what a plugin gave for a message as if it came from the network.
 *
 * Gives   frozen copies with the plugin's name, so that nothing the plugin keeps can change them.
 * Throws  ResultError, which says what is wrong and never quotes a value.
 */
export function checkResult<S extends ListStage>(
  stage: S,
  plugin: string,
  raw: unknown,
  mail: Mail,
): readonly StageResult[S][] {
  if (!Array.isArray(raw)) throw new ResultError(`gave ${typeName(raw)} in place of a list`)
  if (raw.length === 0) return NOTHING
  if (raw.length > MAX_ENTRIES) throw new ResultError(`gave more than ${MAX_ENTRIES} results`)
  // By index: holes count, and an iterator of the plugin's own is not asked.
  const entries = Array.from({ length: raw.length }, (_, index): unknown => raw[index])
  return Object.freeze(CHECKS[stage](plugin, entries, mail))
}

/** Above what a message of the largest number of parts can need. */
const MAX_ENTRIES = 50_000
/** Bytes that all splices of one plugin may put into a message. */
const MAX_SPLICED_BYTES = 64 * 1024 * 1024

const NOTHING: readonly never[] = Object.freeze([])

const id = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)
const path = z.string().regex(/^[1-9]\d{0,5}(?:\.[1-9]\d{0,5}){0,200}$/)
const count = z.int().min(0)

/** A sentence may repeat a file name of the mail, so control characters are made harmless. */
const sentence = (maxLength: number): z.ZodType<string> =>
  z
    .string()
    .max(maxLength)
    .transform(text => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd'))
const why = sentence(2000)

const LABEL = z.strictObject({
  id,
  class: z.enum(RISK_CLASSES),
  part: path.exactOptional(),
  count: count.exactOptional(),
  why,
  place: z.enum(['text', 'subject', 'file name', 'file']).exactOptional(),
  file: sentence(5000).exactOptional(),
  evidence: z.array(sentence(200)).max(100).readonly().exactOptional(),
  threshold: z
    .strictObject({ total: z.number().min(0), from: z.number().min(0) })
    .readonly()
    .exactOptional(),
})

const RANGE = z.strictObject({ start: count, end: count })

const FINDING = z.strictObject({
  system: z.enum(SYSTEMS),
  part: path,
  verdict: z.enum(VERDICTS),
  why,
  accounts: z.array(path).max(1000).readonly().exactOptional(),
  ranges: z.array(RANGE.readonly()).max(10_000).readonly().exactOptional(),
})

/** What may stand in a field is the message room's rule; these bounds only keep it affordable. */
const headerName = z.string().max(200)
const headerValue = z.string().max(100_000)

const occurrence = z.int().min(1).max(10_000)

const EDIT = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('add-header'),
    name: headerName,
    value: headerValue,
    at: z.enum(['top', 'end']).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('set-header'),
    name: headerName,
    value: headerValue,
    occurrence: occurrence.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('remove-header'),
    name: headerName,
    occurrence: occurrence.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('splice'),
    start: count,
    end: count,
    bytes: z.instanceof(Uint8Array),
  }),
])

type Check<T> = (plugin: string, raw: readonly unknown[], mail: Mail) => T[]

const CHECKS: { readonly [S in ListStage]: Check<StageResult[S]> } = {
  classify: (plugin, raw, mail) => {
    const parts = partsOf(mail)
    return raw.map((entry, index) => {
      const label = parsed(LABEL, entry, index)
      if (label.part !== undefined) requirePart(parts, label.part, index)
      return Object.freeze({ plugin, ...label })
    })
  },
  detect: (plugin, raw, mail) => {
    const parts = partsOf(mail)
    return raw.map((entry, index) => {
      const finding = parsed(FINDING, entry, index)
      const part = requirePart(parts, finding.part, index)
      for (const other of finding.accounts ?? []) requirePart(parts, other, index)
      checkRanges(finding.ranges ?? [], part, index)
      return Object.freeze({ plugin, ...finding })
    })
  },
  rewrite: (_plugin, raw, mail) => {
    const edits = raw.map((entry, index) => frozenEdit(parsed(EDIT, entry, index)))
    checkEdits(edits, mail)
    return edits
  },
}

/** Throws with the path and the rule that was broken, not with the value: it may be content. */
function parsed<T>(schema: z.ZodType<T>, entry: unknown, index: number): T {
  const result = schema.safeParse(entry)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = [index + 1, ...(issue?.path ?? []).map(String)].join('.').slice(0, 100)
  throw new ResultError(`gave a result whose ${where} is wrong (${issue?.code ?? 'invalid'})`)
}

function partsOf(mail: Mail): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>()
  for (const part of mail.parts()) parts.set(part.path, part)
  return parts
}

function requirePart(parts: ReadonlyMap<string, Part>, path: string, index: number): Part {
  const part = parts.get(path)
  if (part === undefined) {
    throw new ResultError(`gave result ${index + 1} for a part that the message does not have`)
  }
  return part
}

/** In order, not empty, not overlapping; no transfer encoding decodes to more than it was. */
function checkRanges(
  ranges: readonly { readonly start: number; readonly end: number }[],
  part: Part,
  index: number,
): void {
  const most = part.body.end - part.body.start
  let last = 0
  for (const { start, end } of ranges) {
    if (start < last || end <= start || end > most) {
      throw new ResultError(`gave result ${index + 1} with a range outside its part`)
    }
    last = end
  }
}

function frozenEdit(edit: z.output<typeof EDIT>): Edit {
  if (edit.kind !== 'splice') return Object.freeze(edit)
  // A copy: the plugin, or the thread it runs in, may still write to its own bytes.
  return Object.freeze({ ...edit, bytes: Buffer.from(edit.bytes) })
}

/** The rules of the message room: legal fields, splices inside the body and beside each other. */
function checkEdits(edits: readonly Edit[], mail: Mail): void {
  let bytes = 0
  for (const edit of edits) if (edit.kind === 'splice') bytes += edit.bytes.length
  if (bytes > MAX_SPLICED_BYTES) throw new ResultError('gave more bytes than a message may grow by')
  try {
    for (const edit of edits) if (edit.kind !== 'splice') checkHeaderEdit(edit)
    planSplices(mail, edits)
  } catch (thrown) {
    throw new ResultError(`gave an edit that cannot be made: ${reasonOf(thrown)}`)
  }
}

function typeName(raw: unknown): string {
  return raw === null ? 'null' : `a value of type ${typeof raw}`
}
