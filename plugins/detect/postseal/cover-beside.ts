import { readWhole, type Mail, type Part } from 'postseal/plugin'

/** Bytes of a cover that are read. */
const MAX_COVER = 8 * 1024

/** The text of which the part is the only companion, as our covers are; undefined: there is none. */
export async function coverBeside(
  mail: Mail,
  part: Part,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const [text, letter, more] = part.parent?.children ?? []
  if (letter !== part || more !== undefined || text?.type !== 'text/plain') return undefined
  const bytes = await readWhole(mail.decoded(text), MAX_COVER)
  return bytes && { path: text.path, text: bytes.toString('utf8') }
}
