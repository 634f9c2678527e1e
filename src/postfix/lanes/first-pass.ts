import type { PostfixFacts } from '../instance.js'

/**
 * Settings by which Postfix makes copies, makes one recipient another, or takes another way, after the
 * milter has seen a message.
 */
const OBSTACLES = [
  'always_bcc',
  'sender_bcc_maps',
  'recipient_bcc_maps',
  'canonical_maps',
  'recipient_canonical_maps',
  'virtual_alias_maps',
  'content_filter',
] as const
export type Obstacle = (typeof OBSTACLES)[number]

/**
 * The settings that keep messages from being bound to a lane in the first pass: a pin would drag
 * copies and other recipients along, and lead past a content filter.
 */
export function obstaclesOf(facts: Pick<PostfixFacts, 'main' | 'services'>): readonly Obstacle[] {
  const isSet = (value: string | undefined): boolean => (value ?? '') !== ''
  return OBSTACLES.filter(
    name =>
      isSet(facts.main.get(name)) || facts.services.some(({ options }) => isSet(options.get(name))),
  )
}
