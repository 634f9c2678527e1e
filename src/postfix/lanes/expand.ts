import type { PostfixFacts } from '../instance.js'

/** Values that name each other go deeper than this only by mistake. */
const MAX_DEPTH = 10

/**
 * A value with the parameters that it names put in: `$name`, `${name}`, `$(name)`. Conditional forms
 * such as `${name?text}` stay as they are.
 *
 * Source  postconf(5), "FILE FORMAT"
 */
export function expand(
  value: string,
  facts: Pick<PostfixFacts, 'main' | 'explicit'>,
  depth = 0,
): string {
  if (depth > MAX_DEPTH) return value
  return value.replace(REFERENCE, (whole, plain?: string, braced?: string, round?: string) => {
    const name = plain ?? braced ?? round ?? ''
    const inner = facts.explicit.get(name) ?? facts.main.get(name)
    return inner === undefined ? whole : expand(inner, facts, depth + 1)
  })
}

const REFERENCE = /\$(?:(\w+)|\{(\w+)\}|\((\w+)\))/g

/** Whether a value names the parameter: `$name`, `${name}` or `$(name)`. */
export function names(value: string, name: string): boolean {
  return [...value.matchAll(REFERENCE)].some(found => found.slice(1).includes(name))
}
