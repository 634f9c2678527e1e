import { integer, size } from '../config/kinds.js'
import type { Settings, Values } from '../config/setting.js'
import { Budget, CONTAINER_LIMITS } from '../container/budget.js'
import { startWalk } from '../container/content.js'
import type { JudgeFile } from '../container/content-judgement.js'
import type { Part } from '../message/mail.js'
import type { PluginFinding, StageRun } from './plugin.js'

/** Settings of every detector that opens containers. */
export const CONTAINER_SETTINGS = {
  max_depth: integer({
    default: CONTAINER_LIMITS.maxDepth,
    min: 0,
    max: 20,
    doc: 'How many plain archives inside each other are opened; what lies deeper is unknown.',
  }),
  max_entries: integer({
    default: CONTAINER_LIMITS.maxEntries,
    min: 100,
    max: 1_000_000,
    doc: 'How many entries all archives of a message may have together; more is unknown.',
  }),
  max_unpacked: size({
    default: '64M',
    min: '1M',
    max: '1G',
    doc: 'How much may be unpacked for one message, in memory; more is unknown.',
  }),
  max_key_rounds: integer({
    default: CONTAINER_LIMITS.maxKeyRounds,
    min: 0,
    max: 100_000_000,
    doc: 'How many rounds of key derivation may be spent on one message, to try passwords that everybody knows; a file that needs more is unknown.',
  }),
} as const satisfies Settings

/** Bytes at the front of a part that are shown to `mayBe`. */
const FRONT_BYTES = 64

/**
 * The function of a detector that judges each leaf of a message by its decoded bytes.
 *
 * `mayBe` says by the first bytes whether a part is worth opening: opening an encoded one means to
 * decode it as a whole.
 */
export function detectInLeaves(
  judge: JudgeFile,
  mayBe: (front: Buffer, part: Part) => boolean,
  config: Values<typeof CONTAINER_SETTINGS>,
): StageRun['detect'] {
  const limits = {
    maxDepth: config.max_depth,
    maxEntries: config.max_entries,
    maxUnpackedBytes: config.max_unpacked,
    maxKeyRounds: config.max_key_rounds,
  }
  return async (mail, signal) => {
    const context = startWalk(new Budget(limits, signal))
    const findings: PluginFinding[] = []
    for (const part of mail.leaves()) {
      signal.throwIfAborted()
      if (!mayBe(await mail.head(part, FRONT_BYTES), part)) continue
      const judgement = await judge(await mail.open(part), context)
      if (judgement !== undefined) findings.push({ part: part.path, ...judgement })
    }
    return findings
  }
}
