import type { Config } from '../../config/load.js'
import { FINAL_LANES, LANE_HEADER, SPLIT_LANE, productLane } from '../../policy/lanes.js'
import { nextHopOf } from './names.js'

/** Says who wrote a file, and how it goes away again. */
export const FILE_NOTE =
  '# Written by `postseal setup postfix --apply`; its --undo takes it away. Do not edit.\n'

/**
 * The table for `milter_header_checks`: what the milter writes into the lane header binds the message
 * to a lane. An empty next hop keeps each recipient's own domain.
 *
 * Shape   lines that pcre_table(5) and regexp_table(5) read alike; case is ignored by both.
 */
export function pinTable(config: Pick<Config, 'postfix' | 'product'>): string {
  const pins: (readonly [lane: string, nextHop: string])[] = [
    ...FINAL_LANES.map(lane => [lane, ''] as const),
    [SPLIT_LANE, nextHopOf(config.postfix.split_listener)],
    ...config.product.map(({ name, next_hop }) => [productLane(name), next_hop] as const),
  ]
  const lines = pins.map(
    ([lane, nextHop]) => `/^${LANE_HEADER}: ${lane}$/ FILTER ${lane}:${nextHop}\n`,
  )
  return FILE_NOTE + lines.join('')
}

/** The table for `smtp_header_checks`: the lane header stays inside. */
export function stripTable(): string {
  return `${FILE_NOTE}/^${LANE_HEADER}:/ IGNORE\n`
}
