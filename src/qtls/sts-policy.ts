import type { StsPolicy } from './facts.js'

/** RFC 8461, section 3.2: about a year. */
const MAX_AGE_SECONDS = 31_557_600
const MAX_HOSTS = 200
const HOST = /^(?:\*\.)?(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/

/**
 * The id of the policy that TXT records announce (RFC 8461, section 3.1).
 *
 * Gives   undefined when none is announced, `invalid` when what announces it cannot be read or
 *         several do
 */
export function stsId(texts: readonly string[]): { readonly id: string } | 'invalid' | undefined {
  const records = texts.filter(text => /^v=STSv1(?:\s*;|\s*$)/.test(text))
  const [first, second] = records
  if (first === undefined) return undefined
  if (second !== undefined) return 'invalid'
  const [, id] = /;\s*id=([A-Za-z0-9]{1,32})\s*(?:;|$)/.exec(first) ?? []
  return id === undefined ? 'invalid' : { id }
}

/**
 * Reads a policy (RFC 8461, section 3.2). Of a field that may stand once the first counts; fields
 * that nobody knows are passed over.
 *
 * Gives   the policy, or what is wrong with it
 */
export function parseStsPolicy(text: string, fetchedAt: number): StsPolicy | string {
  const fields = new Map<string, string>()
  const mx: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue
    const [, name, value = ''] =
      /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) return 'a line is no field'
    if (name === 'mx') mx.push(value.toLowerCase().replace(/\.$/, ''))
    else if (!fields.has(name)) fields.set(name, value)
  }
  const mode = fields.get('mode')
  const age = fields.get('max_age') ?? ''
  if (fields.get('version') !== 'STSv1') return 'the version is not STSv1'
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return 'there is no valid mode'
  if (!/^\d{1,10}$/.test(age)) return 'there is no valid max_age'
  if (mx.length > MAX_HOSTS) return 'it names too many hosts'
  if (!mx.every(host => HOST.test(host))) return 'an mx is no host name'
  if (mx.length === 0 && mode !== 'none') return 'it names no mx'
  const maxAgeSeconds = Math.min(Number(age), MAX_AGE_SECONDS)
  return Object.freeze({ mode, mx, maxAgeSeconds, fetchedAt })
}
