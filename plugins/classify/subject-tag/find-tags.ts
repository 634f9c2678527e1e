import { subjectToken, withoutReplyPrefix, type RiskClass } from 'postseal/plugin'
import type { Tag, TagList } from './tag-list.js'

/** Tags of one class at one place of a subject. `quoted` is inside an answered or forwarded one. */
export interface Sighting {
  readonly place: 'start' | 'end' | 'quoted'
  readonly class: RiskClass
  /** As milter.conf writes them: an argument such as a password is not in here. */
  readonly tags: readonly string[]
}

/**
 * Finds the tags of a decoded subject, one after another from both edges inwards.
 *
 * What stands behind `Re:` or `Fwd:` was written by somebody else, or for another message: it
 * counts only with `inReplies`, and then as `quoted`, which nobody takes away.
 */
export function findTags(subject: string, list: TagList, inReplies: boolean): readonly Sighting[] {
  const start = tagsFrom(subject, 'start', list)
  const behindReply = withoutReplyPrefix(start.rest)
  if (behindReply === start.rest) {
    const end = tagsFrom(start.rest, 'end', list)
    return [...sightings('start', start.tags), ...sightings('end', end.tags)]
  }
  if (!inReplies) return sightings('start', start.tags)
  const quotedStart = tagsFrom(behindReply, 'start', list)
  const quotedEnd = tagsFrom(quotedStart.rest, 'end', list)
  return [
    ...sightings('start', start.tags),
    ...sightings('quoted', [...quotedStart.tags, ...quotedEnd.tags]),
  ]
}

/** Tags at one edge that are looked at; a subject with more is no subject. */
const MAX_TAGS = 16

function tagsFrom(
  text: string,
  edge: 'start' | 'end',
  list: TagList,
): { readonly tags: readonly Tag[]; readonly rest: string } {
  const tags: Tag[] = []
  let rest = text
  while (tags.length < MAX_TAGS) {
    const token = subjectToken(rest, edge)
    const tag = token && list(token, edge)
    if (tag === undefined) break
    tags.push(tag)
    rest = edge === 'start' ? rest.slice(token?.end) : rest.slice(0, token?.start)
  }
  return { tags, rest }
}

function sightings(place: Sighting['place'], tags: readonly Tag[]): Sighting[] {
  const byClass = new Map<RiskClass, string[]>()
  for (const tag of tags) byClass.set(tag.class, [...(byClass.get(tag.class) ?? []), tag.written])
  return [...byClass].map(([riskClass, written]) => ({ place, class: riskClass, tags: written }))
}
