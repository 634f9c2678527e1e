import { parseList } from '../parameters.js'
import { tablesIn } from './table.js'

/** The lists that smtpd(8) walks for one recipient, in its order. */
export const RESTRICTION_LISTS = [
  'smtpd_client_restrictions',
  'smtpd_helo_restrictions',
  'smtpd_sender_restrictions',
  'smtpd_relay_restrictions',
  'smtpd_recipient_restrictions',
] as const

/** The lists that are walked later; no refusal there comes too late for a decision. */
export const LATER_LISTS = [
  'smtpd_data_restrictions',
  'smtpd_end_of_data_restrictions',
  'smtpd_etrn_restrictions',
] as const

/** One restriction with what it takes: a table, a policy service, a list of zones. */
export interface Restriction {
  readonly name: string
  readonly argument: string | undefined
}

/** Restrictions followed by an argument. */
const WITH_ARGUMENT =
  /^(?:check_.*|reject_rbl_client|reject_rhsbl_.*|permit_dnswl_client|permit_rhswl_client|sleep)$/

/**
 * Reads a list of restrictions, classes of restrictions replaced by what they stand for.
 *
 * Shape   names and arguments, separated by commas and blanks; `warn_if_reject` is a word by itself.
 *         `classes` are the values of the parameters that smtpd_restriction_classes names.
 */
export function parseRestrictions(
  value: string,
  classes: ReadonlyMap<string, string> = new Map(),
): readonly Restriction[] {
  const found: Restriction[] = []
  const words = parseList(value)
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? ''
    const inner = classes.get(name)
    if (inner !== undefined) {
      // A class may not name itself: Postfix refuses it, and here the walk would not end.
      const rest = new Map([...classes].filter(([other]) => other !== name))
      found.push(...parseRestrictions(inner, rest))
    } else if (WITH_ARGUMENT.test(name)) {
      found.push({ name, argument: words[at + 1] })
      at++
    } else found.push({ name: name.toLowerCase(), argument: undefined })
  }
  return found
}

/** The access tables that restrictions look into. */
export function accessTables(restrictions: readonly Restriction[]): readonly string[] {
  return restrictions.flatMap(({ name, argument }) =>
    /^check_.*_access$/.test(name) && argument !== undefined ? tablesIn(argument) : [],
  )
}
