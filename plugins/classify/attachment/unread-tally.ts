import {
  UNREADABLE_REASONS,
  type Label,
  type RiskClass,
  type UnreadableReason,
} from 'postseal/plugin'

const WHY = {
  picture: 'pictures, sounds or films are not looked into',
  scan: 'documents without text are not looked into',
  encrypted: 'encrypted files cannot be read',
  damaged: 'damaged files cannot be read',
  limit: 'files beyond a limit are not read, or not to their end',
  'unknown-format': 'files of this form are not read',
} as const satisfies Record<UnreadableReason, string>

/** Counts the files of one message that could not be read: one label for each reason. */
export class UnreadTally {
  readonly #classes: Readonly<Partial<Record<UnreadableReason, RiskClass>>>
  readonly #counts = new Map<UnreadableReason, { count: number; part: string; file: string }>()

  constructor(classes: Readonly<Partial<Record<UnreadableReason, RiskClass>>>) {
    this.#classes = classes
  }

  add(part: string, file: string, reason: UnreadableReason): void {
    const known = this.#counts.get(reason)
    if (known === undefined) this.#counts.set(reason, { count: 1, part, file })
    else known.count += 1
  }

  /** The part and the file are those of the first. */
  labels(): readonly Label[] {
    return UNREADABLE_REASONS.flatMap(reason => {
      const counted = this.#counts.get(reason)
      if (counted === undefined) return []
      const { count, part, file } = counted
      const riskClass = this.#classes[reason] ?? 'normal'
      const label = { id: `unreadable-${reason}`, class: riskClass, part, count }
      return [{ ...label, ...(file === '' ? {} : { file }), why: `${count}: ${WHY[reason]}` }]
    })
  }
}
