import { GatewayError } from '../errors.js'

/** Types of maps that a list of domains can be made into, best first for `auto`. */
const AUTOMATIC = ['cdb', 'lmdb', 'hash'] as const
export type MapType = (typeof AUTOMATIC)[number] | 'texthash'

/**
 * The form of the maps of domains.
 *
 * `auto` is the first of cdb, lmdb and hash: cdb is built fastest and replaced as a whole; hash can
 * be had nearly everywhere.
 *
 * Throws  ERR_POSTFIX_MAP_TYPE when this Postfix lacks what is wanted.
 */
export function chooseMapType(wanted: MapType | 'auto', known: ReadonlySet<string>): MapType {
  const candidates: readonly MapType[] = wanted === 'auto' ? AUTOMATIC : [wanted]
  const found = candidates.find(type => known.has(type))
  if (found !== undefined) return found
  throw new GatewayError('ERR_POSTFIX_MAP_TYPE', { wanted: candidates.join(', ') })
}

/** The form of the tables of header lines; both read the few expressions that we write alike. */
export function tableType(known: ReadonlySet<string>): 'pcre' | 'regexp' {
  return known.has('pcre') ? 'pcre' : 'regexp'
}
