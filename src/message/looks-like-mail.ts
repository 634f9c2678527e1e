/** Bytes at the front of a file that are looked at. */
export const MAIL_SAMPLE_BYTES = 64 * 1024

/** Fields of which a mail has at least one. */
const MAIL_FIELDS = new Set(
  (
    'return-path received from sender to cc bcc subject date message-id reply-to mime-version ' +
    'content-type content-transfer-encoding delivered-to x-original-to dkim-signature arc-seal'
  ).split(' '),
)

const FIELD_LINE = /^([!-9;-~]{1,200})[ \t]*:/
const FOLD = /^[ \t]/
const MAILBOX_LINE = /^>?From /

/**
 * Tells a mail from a bare file by its first bytes: lines of a header up to the empty line, one of
 * them a field that mails have. Neither name nor extension counts.
 */
export function looksLikeMail(head: Buffer): boolean {
  let isMail = false
  for (const [index, line] of head.toString('latin1').split(/\r?\n/).entries()) {
    if (index === 0 && MAILBOX_LINE.test(line)) continue
    if (line === '') return isMail
    if (FOLD.test(line) && index > 0) continue
    const name = FIELD_LINE.exec(line)?.[1]?.toLowerCase()
    if (name === undefined) return isMail
    isMail ||= MAIL_FIELDS.has(name)
  }
  return isMail
}
