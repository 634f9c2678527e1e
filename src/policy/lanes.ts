/**
 * The words of the lanes: Postfix services by which a message leaves, and the listeners by which it
 * comes back to be decided anew. The names stand in master.cf, in the pin table and in records.
 */

/** Lanes that carry a message out, best first. */
export const FINAL_LANES = ['qtls', 'tls', 'sealed'] as const
export type FinalLane = (typeof FINAL_LANES)[number]

/** The lane that hands a message back for a decision, one final recipient at a time. */
export const SPLIT_LANE = 'split'

/**
 * Where a message comes from: a client or sendmail(1), or one of the listeners on the loopback
 * address, which name themselves by `milter_macro_daemon_name`.
 */
export const PASSES = ['first', 're-split', 're-qtls', 're-tls'] as const
export type Pass = (typeof PASSES)[number]

/** The pass that macro `{daemon_name}` tells. */
export function passOf(daemonName: string | undefined): Pass {
  return PASSES.find(pass => pass !== 'first' && pass === daemonName) ?? 'first'
}

/** Pins a message: `milter_header_checks` makes a FILTER of it, every lane strips it on the way out. */
export const LANE_HEADER = 'X-Postseal-Lane'

/** The one header that survives a hop: reference number and its code; harmless to whoever sees it. */
export const REFERENCE_HEADER = 'X-Postseal-Reference'

/**
 * A mail with this field never goes outside: it tells somebody inside a password, or is the answer to
 * a letter that was opened for him. Only makes stricter.
 */
export const INSIDE_HEADER = 'X-Postseal-Inside'

/** Stands among the lanes that were tried for one that the message was taken out of (`postsuper -r`). */
export const REQUEUED = 'requeued'

/** The lane of a product: `hand-over-` and its name in milter.conf. */
export function productLane(name: string): string {
  return `hand-over-${name}`
}

export function isProductLane(lane: string): boolean {
  return lane.startsWith('hand-over-')
}

/** What Postfix is set to, as far as a decision depends on it. */
export interface LaneState {
  /** Whether everything external that is not pinned comes back at split. */
  readonly inForce: boolean
  /**
   * Whether nothing is bound in the first pass: Postfix sends copies of its own or makes one recipient
   * another, which a pin would drag along, or has a content filter, which a pin would lead past.
   */
  readonly bindsLater: boolean
  /** False while settings change or cannot be read: then nothing new is taken. */
  readonly settled: boolean
}

/** One answer for all recipients, and nothing is pinned. */
export const NO_LANES: LaneState = Object.freeze({
  inForce: false,
  bindsLater: false,
  settled: true,
})
