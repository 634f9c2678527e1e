/**
 * Counts the assertions of a TAP stream, line by line.
 *
 * A result line that closes a subtest stands for what was counted in it already, so it counts only
 * when it failed although nothing in it did: a plan that was not met, a time-out, a crash.
 *
 * Source  TAP version 14, testanything.org: subtests are indented by four spaces a level
 */
export function createTapCount() {
  const levels = []
  const level = depth => (levels[depth] ??= { hasChild: false, hasFailure: false })
  let diagnostics
  const count = {
    passed: 0,
    failed: 0,
    skipped: 0,
    /** Whether the line just read belongs to a failure. */
    failing: false,
    /** Whether the last result is behind us and tap speaks of coverage. */
    afterTests: false,
    read(line) {
      if (diagnostics !== undefined) {
        if (line === `${diagnostics}...`) diagnostics = undefined
        return
      }
      const opened = /^( *)---$/.exec(line)
      if (opened !== null) {
        diagnostics = opened[1]
        return
      }
      if (/^# (?:\{ )?total[:=]/.test(line) || line.startsWith('# No coverage'))
        count.afterTests = true
      const plan = /^( *)1\.\.\d+/.exec(line)
      if (plan !== null) level(depthOf(plan[1]) - 1).hasChild = true
      const result = /^( *)(not )?ok\b(.*)$/.exec(line)
      count.failing = result?.[2] !== undefined
      if (result !== null) add(depthOf(result[1]), result[2] === undefined, result[3])
    },
  }

  function add(depth, ok, rest) {
    const { hasChild, hasFailure } = level(depth)
    levels[depth] = undefined
    const parent = level(depth - 1)
    parent.hasChild = true
    if (/ # (?:skip|todo)\b/i.test(rest)) {
      if (!hasChild) count.skipped++
      return
    }
    if (!ok) parent.hasFailure = true
    if (hasChild && (ok || hasFailure)) return
    if (ok) count.passed++
    else count.failed++
  }

  return count
}

/** The level above the outermost one is kept too, at -1. */
function depthOf(indent) {
  return Math.floor(indent.length / 4)
}
