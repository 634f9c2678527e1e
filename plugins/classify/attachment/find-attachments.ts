import {
  FORMAT_BYTES,
  formatOf,
  textFile,
  type FileFormat,
  type Mail,
  type Part,
} from 'postseal/plugin'

/** A part of a message that has to be opened to know what it says. */
export interface Attachment {
  readonly part: Part
  /** By its bytes. */
  readonly format: FileFormat
}

/**
 * Finds the parts of a message that are no text as they stand, by their bytes.
 *
 * Texts, HTML and the texts among the files are read by the classifiers of texts already; what only
 * claims to be one (a document sent as text/plain) is opened.
 */
export async function findAttachments(mail: Mail): Promise<readonly Attachment[]> {
  const found: Attachment[] = []
  for (const part of mail.leaves()) {
    const front = await mail.head(part, FORMAT_BYTES)
    const format = formatOf(front)
    if (format === 'empty' || (await isReadAsText(mail, part, format))) continue
    // A signature's logo says nothing; a photograph that is attached may.
    if (format === 'picture' && part.parent?.type === 'multipart/related') continue
    found.push({ part, format })
  }
  return found
}

async function isReadAsText(mail: Mail, part: Part, format: FileFormat): Promise<boolean> {
  if (format !== 'text' && format !== 'html') return false
  if (/^(?:text|message|multipart)\//.test(part.type)) return true
  return (await textFile(mail, part, FORMAT_BYTES)) !== undefined
}
