import { Budget, type ContainerLimits } from '../../src/container/budget.js'
import { viewOf } from '../../src/container/byte-view.js'
import { startWalk } from '../../src/container/content.js'
import type { ContentJudgement, JudgeFile } from '../../src/container/content-judgement.js'

/** Runs a walk on bytes in memory, as the detectors do. */
export async function walk(
  judge: JudgeFile,
  bytes: Buffer,
  limits: Partial<ContainerLimits> = {},
): Promise<ContentJudgement | undefined> {
  return judge(viewOf(bytes), startWalk(new Budget(limits)))
}

/** How long a walk took, and the longest time that nothing else had its turn. */
export async function timed(
  work: () => Promise<unknown>,
): Promise<{ ms: number; pauseMs: number }> {
  let last = performance.now()
  let pauseMs = 0
  const ticks = setInterval(() => {
    const now = performance.now()
    pauseMs = Math.max(pauseMs, now - last)
    last = now
  }, 1)
  const start = performance.now()
  await work()
  clearInterval(ticks)
  return { ms: performance.now() - start, pauseMs }
}
