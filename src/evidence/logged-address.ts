/** An address in a log line and where it ends. */
export interface LoggedAddress {
  readonly address: string
  /** Position behind its `>`. */
  readonly end: number
}

/** Longer ones are not believed: half an address is another one. */
const MAX_ADDRESS = 1000

/**
 * Reads an address up to its `>`, in the form that `info_log_address_format = external` (the
 * default) gives it: a local part with anything but atoms in it stands in quotation marks.
 *
 * The sender chooses the address, so `"a>, relay=b"@example.net` must not end at its first `>`.
 *
 * Shape   `from` is the position behind the `<`.
 * Gives   undefined when it does not end, is empty, too long or of another form.
 */
export function readLoggedAddress(line: string, from: number): LoggedAddress | undefined {
  ADDRESS.lastIndex = from
  const [whole, address] = ADDRESS.exec(line) ?? []
  if (whole === undefined || address === undefined || address.length > MAX_ADDRESS) return undefined
  return { address, end: from + whole.length }
}

const ADDRESS =
  /((?:"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"(?:@[^<>\s"\x00-\x1f\x7f]+)?|[^<>\s"\x00-\x1f\x7f]+))>/y
