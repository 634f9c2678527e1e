const NOT_STORABLE = /[\0\ud800-\udfff]/

/**
 * A text as both databases keep it: PostgreSQL refuses NUL, and half a surrogate pair has no UTF-8.
 * Both become U+FFFD. Texts without either, nearly all, are passed on as they are.
 */
export function storable(value: string): string
export function storable(value: string | null | undefined): string | null
export function storable(value: string | null | undefined): string | null {
  if (value === undefined || value === null) return null
  if (!NOT_STORABLE.test(value)) return value
  return Buffer.from(value, 'utf8').toString('utf8').replaceAll('\0', '\ufffd')
}

/** A row whose texts are storable. */
export function storableRow<Row extends object>(row: Row): Row {
  const columns = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? storable(value) : value,
  ])
  return Object.fromEntries(columns) as Row
}
