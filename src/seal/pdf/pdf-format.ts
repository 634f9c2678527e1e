import { PDFDocument } from '@cantoo/pdf-lib'
import { bug } from '../../errors.js'
import { differentNames } from '../file-name.js'
import { innerMessage } from '../inner-message.js'
import { letterMail } from '../letter-mail.js'
import type { LetterForm, SealedLetter, SealOrder } from '../letter.js'
import { viewOf } from '../letter-view.js'
import { withStreams } from './appended-streams.js'
import { drawLetter } from './draw-letter.js'
import { embedFiles } from './embed-files.js'
import { packFiles } from './pack-files.js'

/** The message, and its files once more, both as base64. */
export const PDF_LETTER: LetterForm = {
  opensWith: 'password',
  growth: { factor: 2.9, plus: 512 * 1024 },
}

/**
 * Seals a message as a PDF file with AES-256 (revision 6): a page with subject, sender, date and text, the
 * attachments and the whole message as embedded files.
 *
 * Throws  ERR_BUG without a password.
 * Source  ISO 32000-2, 7.6.4 (revision 6) and 7.11.4
 */
export async function sealAsPdf(order: SealOrder, signal: AbortSignal): Promise<SealedLetter> {
  const { mail, password, sender } = order
  if (password === undefined) bug('a letter without a password')
  const inner = innerMessage(mail)
  const view = await viewOf({ mail, inner, sender, sanitise: html => html })
  const document = await PDFDocument.create()
  document.setTitle(order.style.subject[order.language])
  document.setProducer('Postseal')
  document.setCreator('Postseal')
  const isComplete = await drawLetter(document, view, order)
  const whole = view.mail ?? bug('a letter without its message')
  const text = view.text !== null && !isComplete ? Buffer.from(view.text, 'utf8') : undefined
  const packed = await packFiles(inner, { files: view.files, whole }, text, signal)
  const names = differentNames(['message.txt', ...view.files.map(nameOf), whole.name]).slice(1)
  const streams = embedFiles(
    document,
    packed.map((one, at) => ({ name: names[at] ?? 'message.txt', packed: one })),
  )
  document.encrypt({ userPassword: password.normalize('NFC'), algorithm: 'AES-256' })
  // Strings outside of streams would stay readable: pdf-lib 2.11 encrypts streams alone.
  const saved = await document.save({ useObjectStreams: true })
  return letterMail(order, {
    format: 'pdf',
    type: 'application/pdf',
    encoding: 'base64',
    file: withStreams(document, saved, streams),
  })
}

const nameOf = ({ name }: { readonly name: string }): string => name
