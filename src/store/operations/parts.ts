/** Rows of one statement: SQLite takes 32,766 values, PostgreSQL 65,535. */
const PART = 500

/** Takes a list apart into pieces that fit into one statement each. */
export function* parts<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += PART) yield items.slice(start, start + PART)
}
