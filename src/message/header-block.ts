/** A field as a milter gets it: the value as sent after the colon, folds as LF. */
export interface ReceivedField {
  readonly name: string
  readonly value: string
}

/**
 * Puts the header block of a message together again from the fields of a milter session.
 *
 * Shape   names and values in latin1, one character a byte; folds become CRLF, other bytes stay.
 *         A value carries its leading white space (HDR_LEADSPC); nothing is put after the colon.
 * Gives   the fields, each with its line break, and the empty line.
 */
export function headerBlock(fields: readonly ReceivedField[]): Buffer {
  const lines = fields.map(({ name, value }) => `${name}:${value.replace(/\r?\n/g, '\r\n')}\r\n`)
  return Buffer.from(`${lines.join('')}\r\n`, 'latin1')
}
