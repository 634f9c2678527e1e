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

/** Header and payload of a letter are half as long again as the message, and as base64 a third more. */
export const HTML_LETTER: LetterForm = {
  opensWith: 'password',
  slowKey: true,
  growth: { factor: 2.05, plus: 500_000 },
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
