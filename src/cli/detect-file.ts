import { open, type FileHandle } from 'node:fs/promises'
import type { Engine } from '../gateway/engine.js'
import { judgeContent } from '../gateway/examine.js'
import { messageLimits } from '../gateway/message-limits.js'
import { fileSource } from '../message/file-source.js'
import { joinedSource } from '../message/joined-source.js'
import { readMail } from '../message/parse-mail.js'
import { bufferSource, type ByteSource } from '../message/source.js'
import type { ContentVerdict } from '../policy/model.js'
import { MAIL_SAMPLE_BYTES, looksLikeMail } from '../message/looks-like-mail.js'

/** A header that makes a bare file the only part of a message, byte for byte. */
const BARE_HEADER = Buffer.from(
  'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n',
)

const NOBODY = { sender: '', recipients: [] }

/**
 * What is protected in a file, which is a mail or anything else; by the detectors and the rules of
 * coverage that the daemon uses. The file is read piece by piece.
 *
 * Throws  what the system says of a file that cannot be read; a GatewayError when a plugin fails.
 */
export async function detectFile(path: string, engine: Engine): Promise<ContentVerdict> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const source = fileSource(file, { start: 0, end: size })
    const isMail = looksLikeMail(await headOf(file))
    return await detectSource(source, isMail ? 'mail' : 'file', engine)
  } finally {
    await file.close()
  }
}

async function detectSource(
  source: ByteSource,
  form: 'mail' | 'file',
  { host, config, policy }: Engine,
): Promise<ContentVerdict> {
  const whole = form === 'mail' ? source : joinedSource([bufferSource(BARE_HEADER), source])
  const mail = await readMail(whole, NOBODY, messageLimits(config))
  const deadline = AbortSignal.timeout(config.milter.message_timeout)
  return judgeContent(mail, host, { ...policy, form }, deadline)
}

async function headOf(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(
    Buffer.alloc(MAIL_SAMPLE_BYTES),
    0,
    MAIL_SAMPLE_BYTES,
    0,
  )
  return buffer.subarray(0, bytesRead)
}
