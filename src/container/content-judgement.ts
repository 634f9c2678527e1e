import type { Budget } from './budget.js'
import type { ByteView } from './byte-view.js'
import { guardWalk } from './guard.js'
import type { Judgement } from './judgement.js'

/** Systems whose containers are told apart here; the names are those of the policy. */
export type ContainerSystem =
  'smime' | 'pgp' | 'pdf' | 'zip' | '7z' | 'rar' | 'office' | 'odf' | 'rms'

/** What a look into a file found out about the protection of its content. */
export interface ContentJudgement {
  readonly system: ContainerSystem
  readonly verdict: Judgement['verdict'] | 'partial'
  /** One sentence without content. */
  readonly why: string
}

/** Says what a file is, by its bytes, and judges it; undefined for what is no container. */
export type JudgeFile = (
  view: ByteView,
  context: WalkContext,
) => Promise<ContentJudgement | undefined>

/** What a walk needs beside the bytes. */
export interface WalkContext {
  readonly budget: Budget
  /** Archives around this one. */
  readonly depth: number
  /** Judges an entry that anybody can unpack. */
  readonly inspect: JudgeFile
}

/**
 * Runs a walk through a container that was recognised; what breaks off, is malformed or exceeds a
 * limit is unknown. A walk that gives undefined leaves the container to another one.
 */
export async function guardContent<Result extends ContentJudgement | undefined>(
  system: ContainerSystem,
  format: string,
  walk: () => Promise<Result>,
): Promise<Result | ContentJudgement> {
  const result = await guardWalk(format, walk)
  return result !== undefined && !('system' in result) ? { system, ...result } : result
}
