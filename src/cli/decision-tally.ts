import { ACTIONS, RISK_CLASSES, type Decision } from '../policy/model.js'

/** Counts what a dry run over many messages found. */
export class DecisionTally {
  errors = 0
  readonly #classes = new Map<string, number>()
  readonly #actions = new Map<string, number>()

  add(result: Decision | { readonly error: string }): void {
    if ('error' in result) {
      this.errors += 1
      return
    }
    count(this.#classes, result.class)
    for (const { action } of result.recipients) count(this.#actions, action)
  }

  /** Lines for people: messages by class, recipients by action. */
  summary(): readonly string[] {
    return [
      `Messages: ${listed(RISK_CLASSES, this.#classes)}`,
      `Recipients: ${listed(ACTIONS, this.#actions)}`,
      ...(this.errors > 0 ? [`Not examined: ${this.errors}`] : []),
    ]
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function listed(names: readonly string[], counts: ReadonlyMap<string, number>): string {
  const found = names.filter(name => counts.has(name))
  if (found.length === 0) return 'none'
  return found.map(name => `${counts.get(name)} ${name}`).join(', ')
}
