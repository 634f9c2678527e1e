import { readOwned } from '../atomic-file.js'
import type { Remark } from '../lanes/remark.js'
import { changedText, withoutMarker } from './apply-changes.js'
import { entryOf, parseCf, type CfKind } from './cf-file.js'
import type { Change } from './change.js'
import { sha256, type RecordedEntry } from './record.js'
import { undoneService, undoneSetting, type Undone } from './undone.js'

/** A file of Postfix that setup wrote to. */
export interface WrittenCf {
  readonly kind: CfKind
  readonly path: string
  /** As it is now. */
  readonly text: string
  /** SHA-256 of it as setup left it; empty when that tells nothing. */
  readonly written: string
  /** The copy from before the first setup. */
  readonly original: string
  readonly entries: Readonly<Record<string, RecordedEntry>>
}

export interface UndoneCf {
  readonly text: string
  readonly changes: readonly Change[]
  readonly remarks: readonly Remark[]
}

/**
 * The file without what setup did: the original to the byte when nobody else has changed it since,
 * else with our entries alone put back or taken out.
 */
export async function undoneCf(file: WrittenCf): Promise<UndoneCf> {
  const { kind, text, written, original, entries } = file
  const isUntouched = written === sha256(text)
  const found = Object.entries(entries).map(([key, entry]) => undoneEntry(file, key, entry))
  const changes = found.map(({ change }) => change).filter(({ before, after }) => before !== after)
  const copy = isUntouched ? await readOwned(original) : undefined
  if (copy !== undefined) return { text: copy, changes, remarks: [] }
  const isRest = found.some(({ undone }) => undone.how === 'left')
  const changed = changedText(text, kind, changes)
  return {
    text: isRest ? changed : withoutMarker(changed, kind),
    changes,
    remarks: found.flatMap(({ change, undone }) => remarkOn(file, change, undone)),
  }
}

function undoneEntry(
  { kind, path, text }: WrittenCf,
  key: string,
  entry: RecordedEntry,
): { readonly change: Change; readonly undone: Undone } {
  const before = entryOf(parseCf(text, kind), key)?.text
  const undone = (kind === 'main' ? undoneSetting : undoneService)(entry, before)
  const name = kind === 'main' ? 'setting' : 'service'
  return { change: { kind: name, path, key, before, after: undone.text }, undone }
}

function remarkOn(
  { kind, path, text }: WrittenCf,
  { key }: Change,
  { how }: Undone,
): readonly Remark[] {
  if (how === 'put-back') return []
  const line = entryOf(parseCf(text, kind), key)?.line
  const where = `${path}:${line}: ${key}`
  return how === 'left'
    ? [
        {
          kind: 'note',
          where,
          what: 'It was changed by hand since setup, so it stays as it is.',
          remedy: 'Set it as you need it without the lanes, or take it out.',
        },
      ]
    : [
        {
          kind: 'note',
          where,
          what: 'It was changed by hand since setup; only our part of it goes.',
          remedy: 'Look whether the rest is as you want it.',
        },
      ]
}
