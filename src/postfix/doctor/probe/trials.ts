import type { Config } from '../../../config/load.js'
import { FINAL_LANES, SPLIT_LANE, productLane } from '../../../policy/lanes.js'

/** Where a probe goes: a server without TLS, or one whose certificate proves nothing. */
export const TARGETS = ['plain', 'tls'] as const
export type Target = (typeof TARGETS)[number]

/** One probe message by one lane. */
export interface Trial {
  readonly lane: string
  readonly target: Target
  /** Whether the lane has to deliver it, or to refuse. */
  readonly expect: 'sent' | 'refused'
  /** Under RFC 6761 no name below `.invalid` is ever anybody's. */
  readonly domain: string
}

const DOMAIN = 'postseal-probe.invalid'

type Expectation = Readonly<Record<Target, Trial['expect']>>

const ANYTHING: Expectation = { plain: 'sent', tls: 'sent' }
const ENCRYPTED: Expectation = { plain: 'refused', tls: 'sent' }
const VERIFIED: Expectation = { plain: 'refused', tls: 'refused' }

const OF_LANES: Readonly<Record<(typeof FINAL_LANES)[number], Expectation>> = {
  qtls: VERIFIED,
  tls: ENCRYPTED,
  sealed: ANYTHING,
}
const OF_PRODUCTS = { none: ANYTHING, encrypt: ENCRYPTED, secure: VERIFIED } as const

/** Every lane with every kind of server, and what has to come of it. */
export function trialsFor({ product }: Pick<Config, 'product'>): readonly Trial[] {
  const lanes: readonly (readonly [lane: string, expectation: Expectation])[] = [
    [SPLIT_LANE, ANYTHING],
    ...FINAL_LANES.map(lane => [lane, OF_LANES[lane]] as const),
    ...product.map(({ name, tls }) => [productLane(name), OF_PRODUCTS[tls]] as const),
  ]
  return lanes.flatMap(([lane, expectation]) =>
    TARGETS.map(target => ({
      lane,
      target,
      expect: expectation[target],
      domain: `${target}.${lane}.${DOMAIN}`,
    })),
  )
}

/** The recipient of a trial's message. */
export function recipientOf({ domain }: Trial): string {
  return `probe@${domain}`
}
