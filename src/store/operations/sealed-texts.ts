import { sql, type Kysely } from 'kysely'
import type { Schema } from '../schema.js'
import type { SealedText } from '../sealing.js'

/** Texts of one page. */
const PAGE = 500

/** A standing password is bound to sender domain and recipient, whosever it is. */
const STANDING_ID = `(sender_domain || ' ' || recipient)`

const PLACES = [
  { table: 'given_password', column: 'secret', id: 'reference' },
  { table: 'given_password', column: 'telephone', id: 'reference' },
  { table: 'letter', column: 'secret', id: 'key' },
  { table: 'letter', column: 'telephone', id: 'key' },
  { table: 'standing_password', column: 'secret', id: STANDING_ID },
] as const

/** Every sealed text by its place, in a fixed order, behind the one that was last. */
export async function sealedTexts(
  db: Kysely<Schema>,
  { after }: { readonly after: SealedText | undefined },
): Promise<readonly SealedText[]> {
  const start = after === undefined ? 0 : PLACES.findIndex(place => isAt(place, after))
  for (const [index, place] of PLACES.entries()) {
    if (index < start) continue
    const behind = index === start && after !== undefined ? after : { id: '', text: '' }
    const { table, column, id } = place
    const { rows } = await sql<{ id: string; text: string }>`
      select ${sql.raw(id)} as id, ${sql.ref(column)} as text from ${sql.table(table)}
      where ${sql.ref(column)} is not null and (${sql.raw(id)}, ${sql.ref(column)}) > (${behind.id}, ${behind.text})
      order by 1, 2 limit ${PAGE}`.execute(db)
    if (rows.length > 0) return rows.map(row => ({ table, column, id: row.id, text: row.text }))
  }
  return []
}

export async function replaceSealed(
  db: Kysely<Schema>,
  { old, text }: { readonly old: SealedText; readonly text: string },
): Promise<boolean> {
  const place = PLACES.find(one => isAt(one, old))
  if (place === undefined) return false
  const { numAffectedRows = 0n } = await sql`
    update ${sql.table(place.table)} set ${sql.ref(place.column)} = ${text}
    where ${sql.raw(place.id)} = ${old.id} and ${sql.ref(place.column)} = ${old.text}`.execute(db)
  return numAffectedRows > 0n
}

function isAt(place: (typeof PLACES)[number], text: SealedText): boolean {
  return place.table === text.table && place.column === text.column
}
