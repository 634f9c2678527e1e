import type { ContainerSystem, ContentJudgement } from './content-judgement.js'

/** What was found out about one entry of an archive. */
export interface Member {
  readonly state: 'strong' | 'weak' | 'partial' | 'readable' | 'unknown' | 'empty'
  /** One sentence, or the name of a cipher for what is protected. */
  readonly why: string
  /** The system that protects it, where it is not the archive's own. */
  readonly system?: ContainerSystem
}

/** An entry that is a container itself, as part of the archive that holds it. */
export function memberOf({ system, verdict, why }: ContentJudgement): Member {
  switch (verdict) {
    case 'encrypted':
      return { state: 'strong', why, system }
    case 'not-encrypted':
      return { state: 'readable', why }
    case 'weak':
    case 'partial':
    case 'unknown':
      return { state: verdict, why, system }
    default: {
      const impossible: never = verdict
      return impossible
    }
  }
}

/**
 * The verdict on an archive: what is protected in it, and is anything readable beside it?
 *
 * In the order of the coverage of a message: what cannot be decided first; an entry without content
 * counts for nothing; weak beside strong protection counts as readable.
 */
export function judgeMembers(
  archive: ContainerSystem,
  format: string,
  members: readonly Member[],
): ContentJudgement {
  const having = (...states: Member['state'][]): Member[] =>
    members.filter(({ state }) => states.includes(state))
  const filled = members.length - having('empty').length
  const judgement = (
    verdict: ContentJudgement['verdict'],
    reason: string,
    system = archive,
  ): ContentJudgement => ({ system, verdict, why: `${format}: ${reason}` })

  const [doubt] = having('unknown')
  if (doubt !== undefined) return judgement('unknown', doubt.why, doubt.system)
  const guarded = having('strong', 'weak', 'partial')
  const weak = having('weak')
  const [first] = guarded
  if (first === undefined) return judgement('not-encrypted', readableReason(members, filled))
  const weakest = weak[0] ?? having('partial')[0] ?? first
  const open = having('readable', 'partial').length
  if (open > 0) return judgement('partial', `${open} of ${filled} entries readable`, weakest.system)
  if (weak.length > 0 && weak.length < guarded.length)
    return judgement('partial', `${weak.length} of ${filled} entries weakly protected`)
  return judgement(
    weak.length > 0 ? 'weak' : 'encrypted',
    `${filled} of ${filled} entries protected, ${weakest.why}`,
    weakest.system,
  )
}

function readableReason(members: readonly Member[], filled: number): string {
  if (filled === 0) return 'it holds no content'
  const [named] = members.filter(({ state, why }) => state === 'readable' && why !== '')
  return `none of ${filled} entries is protected${named === undefined ? '' : `; ${named.why}`}`
}
