import { bug } from '../../errors.js'
import { ITERATIONS, recipientToken, type ContainerHeader } from '../container/header.js'
import { deriveKeys } from '../container/keys.js'
import { joinPayload } from '../container/payload.js'
import { drawSalt, type Payload } from '../container/seal-payload.js'
import { innerMessage } from '../inner-message.js'
import { letterMail } from '../letter-mail.js'
import type { LetterForm, SealedLetter, SealOrder } from '../letter.js'
import { viewOf } from '../letter-view.js'
import { letterFileSize, writeLetterFile } from './letter-file.js'
import { writeStyle } from './letter-style.js'
import { sanitiseHtml } from './sanitise.js'

/**
 * Message and view as base64 with its line ends and elements, 4/3 × 962/960 and 61 bytes for each 48,960;
 * once the page, a logo and the cover.
 */
export const HTML_LETTER: LetterForm = {
  opensWith: 'password',
  slowKey: true,
  growth: { factor: 1.34, plus: 250_000, view: 1.34 },
}

/**
 * Seals a message as one HTML file that opens in a browser, without a network.
 *
 * Throws  ERR_BUG without a password.
 * Source  docs/reference/letter-format.md
 */
export async function sealAsHtml(order: SealOrder, signal: AbortSignal): Promise<SealedLetter> {
  const { mail, password, sender, reference, recipient, language } = order
  if (password === undefined) bug('a letter without a password')
  const inner = innerMessage(mail)
  const view = await viewOf({ mail, inner, sender, sanitise: sanitiseHtml })
  signal.throwIfAborted()
  const payload = abortable(joinPayload(view, inner), signal)
  const { salt, iv } = await drawSalt(Buffer.from(order.seed), `html ${reference}`, payload)
  const header: ContainerHeader = {
    kind: 'letter',
    iterations: ITERATIONS,
    salt,
    iv,
    length: payload.size,
    reference,
    recipient: recipientToken(reference, recipient),
  }
  const keys = await deriveKeys(password, header)
  const style = writeStyle(order.style, language)
  return letterMail(order, {
    format: 'html',
    type: 'text/html; charset=utf-8',
    encoding: '7bit',
    file: {
      size: letterFileSize(header, style),
      chunks: () => writeLetterFile(payload, header, keys, style),
    },
  })
}

function abortable(payload: Payload, signal: AbortSignal): Payload {
  return {
    size: payload.size,
    async *chunks() {
      for await (const chunk of payload.chunks()) {
        signal.throwIfAborted()
        yield chunk
      }
    },
  }
}
