import { tagForm, type RiskClass, type SubjectToken } from 'postseal/plugin'

/** A tag as milter.conf writes it, with the class that it asks for. */
export interface Tag {
  readonly written: string
  readonly class: RiskClass
}

/** Finds the tag that a token of the subject is; undefined for one that is not in the list. */
export type TagList = (token: SubjectToken, edge: 'start' | 'end') => Tag | undefined

/**
 * Prepares the lists of milter.conf.
 *
 * Shape   `[name]` is a tag in brackets of any kind, in any case, spaces not counting, at either
 *         edge; `[name:*]` takes an argument after the colon; anything else is a word that counts
 *         at the start only and exactly as written (`CRYPT`).
 * Gives   the strongest class where two lists hold the same tag.
 */
export function tagList(lists: readonly (readonly [RiskClass, readonly string[]])[]): TagList {
  const bracketed = new Map<string, Tag>()
  const words = new Map<string, Tag>()
  for (const [riskClass, tags] of [...lists].sort(([a], [b]) => STRENGTH[a] - STRENGTH[b])) {
    for (const written of tags) {
      const inside = /^\[(.*)\]$/su.exec(written)?.[1]
      if (inside === undefined) words.set(written, { written, class: riskClass })
      else bracketed.set(tagForm(inside), { written, class: riskClass })
    }
  }
  return (token, edge) => {
    if (token.inside === undefined) {
      return edge === 'start' ? words.get(token.text.replace(/[:;,.!-]{1,9}$/u, '')) : undefined
    }
    const form = tagForm(token.inside)
    return bracketed.get(form) ?? bracketed.get(form.replace(/:.*$/su, ':*'))
  }
}

const STRENGTH = { normal: 0, high: 1, confidential: 2 } as const satisfies Record<
  RiskClass,
  number
>
