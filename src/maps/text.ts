import type { MapEntry, MapName } from './entries.js'

/** What each map is for, for whoever opens it. */
const ABOUT: Readonly<Record<MapName, string>> = {
  transport:
    'For an installation without the milter: transport_maps. With the lanes, do not use it.',
  tls_policy: 'smtp_tls_policy_maps of the lane tls, or of smtp without the milter.',
  qtls_policy: 'smtp_tls_policy_maps of the lane qtls.',
}

/**
 * The text of a map: a header line with the TLS profile and the time, then one entry a line.
 *
 * Shape   `time` in RFC 3339
 */
export function mapText(
  name: MapName,
  entries: readonly MapEntry[],
  { profile, time }: { readonly profile: string; readonly time: string },
): string {
  const header = `# TLS profile ${profile}, written ${time} by \`postseal maps\`. Do not edit.\n`
  const lines = entries.map(({ key, value }) => `${key} ${value}\n`)
  return `${header}# ${ABOUT[name]}\n${lines.join('')}`
}

/** What in a map counts: everything but the time in its header. */
export function contentOf(text: string): string {
  return text.replace(/^(# TLS profile [^,\n]*), written \S+ /, '$1, written ')
}

/** The entries of a map as it was written. */
export function entriesIn(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ')
    if (blank > 0 && !line.startsWith('#')) entries.set(line.slice(0, blank), line.slice(blank + 1))
  }
  return entries
}
