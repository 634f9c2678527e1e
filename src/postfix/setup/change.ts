/**
 * One thing that setup makes different: an entry of main.cf or master.cf, a file of its own, or a
 * directory.
 */
export interface Change {
  readonly kind: 'setting' | 'service' | 'file' | 'directory'
  /** The file that it stands in, or is. */
  readonly path: string
  /** Name of the parameter, `name/type` of the service; for files and directories the path. */
  readonly key: string
  /** The text as it is, with line feeds; undefined: not there. */
  readonly before: string | undefined
  /** The text as it becomes; undefined: taken out. */
  readonly after: string | undefined
}

/** The lines of a change as a unified difference has them: ` `, `-` or `+` before each. */
export function differenceOf({ before = '', after = '' }: Change): readonly string[] {
  const old = linesOf(before)
  const now = linesOf(after)
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  const rest = Math.min(old.length, now.length) - head
  while (tail < rest && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  return [
    ...old.slice(0, head).map(line => ` ${line}`),
    ...old.slice(head, old.length - tail).map(line => `-${line}`),
    ...now.slice(head, now.length - tail).map(line => `+${line}`),
    ...old.slice(old.length - tail).map(line => ` ${line}`),
  ]
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** All changes as a unified difference, file by file and entry by entry. */
export function renderChanges(changes: readonly Change[]): readonly string[] {
  const lines: string[] = []
  let path: string | undefined
  for (const change of changes) {
    if (change.path !== path) lines.push(`--- ${change.path}`, `+++ ${change.path}`)
    path = change.path
    lines.push(`@@ ${titleOf(change)} @@`, ...differenceOf(change))
  }
  return lines
}

function titleOf({ kind, key, before, after }: Change): string {
  const what = kind === 'file' || kind === 'directory' ? kind : key
  if (before === undefined) return `${what} (new)`
  return after === undefined ? `${what} (taken out)` : what
}
