import type { ReasonKind } from './reason-kind.js'
import { REASONS_OF_THE_WAY } from './reasons-of-the-way.js'
import { REASONS_OF_TLS } from './reasons-of-tls.js'

/**
 * Every code of the prober. A contract: programs read them. What varies (phase, size, path, date)
 * stands in `evidence`.
 */
export const REASON_CODES = {
  ...REASONS_OF_THE_WAY,
  ...REASONS_OF_TLS,
} as const satisfies Readonly<Record<string, ReasonKind>>

export type ReasonCode = keyof typeof REASON_CODES

export const isReasonCode = (code: string): code is ReasonCode => Object.hasOwn(REASON_CODES, code)

/** Codes that only say that it could not be tested now; they never undo what was found before. */
export const TEMPORARY_CODES: ReadonlySet<string> = new Set(
  Object.entries(REASON_CODES).flatMap(([code, { best }]) =>
    best === 'undetermined' ? [code] : [],
  ),
)
