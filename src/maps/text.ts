import type { MapName } from './entries.js'

/** What each map is for, for whoever opens it. */
const ABOUT: Readonly<Record<MapName, string>> = {
  transport:
    'For an installation without the milter: transport_maps. With the lanes, do not use it.',
  tls_policy: 'smtp_tls_policy_maps of the lane tls, or of smtp without the milter.',
  qtls_policy: 'smtp_tls_policy_maps of the lane qtls.',
}

export interface Header {
  /** Name of the TLS profile that the levels were found with. */
  readonly profile: string
  /** RFC 3339. */
  readonly time: string
}

/**
 * The first lines of a map: the TLS profile and the time, and what the map is for. One entry a line
 * follows.
 */
export function headerText(name: MapName, { profile, time }: Header): string {
  const header = `# TLS profile ${profile}, written ${time} by \`postseal maps\`. Do not edit.\n`
  return `${header}# ${ABOUT[name]}\n`
}

/** What in a header counts: everything but the time. */
export function contentOf(header: string): string {
  return header.replace(/^(# TLS profile [^,\n]*), written \S+ /, '$1, written ')
}

/** One entry as it stands in a map; undefined for anything else. */
export function entryIn(
  line: string,
): { readonly key: string; readonly value: string } | undefined {
  const blank = line.indexOf(' ')
  if (blank <= 0 || line.startsWith('#')) return undefined
  return { key: line.slice(0, blank), value: line.slice(blank + 1) }
}
