import { deriveKeys, type ContainerKeys } from '../../src/seal/container/keys.js'
import { recipientToken, type ContainerHeader } from '../../src/seal/container/header.js'
import { joinPayload, type LetterView } from '../../src/seal/container/payload.js'
import { writeLetterFile } from '../../src/seal/html/letter-file.js'
import { payloadOf, sampleHeader } from './seal-samples.js'

/** What somebody with a password makes of it; what is left out is an honest answer with one file. */
export interface AnswerDraft {
  readonly reference: string
  readonly recipient: string
  readonly password: string
  readonly view?: Partial<LetterView>
  readonly header?: Partial<ContainerHeader>
  /** Data of the files. */
  readonly data?: Buffer
}

export const ANSWER_TEXT = 'Danke für den Befund.\n\nBob'
export const ANSWER_FILE = Buffer.from('Überweisung: ja')

/** The file of an answer, with the fewest iterations that are read; no two are the same. */
export async function sealedAnswer(draft: AnswerDraft): Promise<Buffer> {
  const { reference, recipient, password, data = ANSWER_FILE } = draft
  const file = {
    type: 'text/plain',
    encoding: 'identity',
    start: 0,
    end: data.length,
    cid: null,
  } as const
  const view: LetterView = {
    v: 1,
    subject: 'Re: Befund',
    from: 'somebody <somebody@elsewhere.example>',
    to: 'x',
    sender: 'victim@elsewhere.example',
    date: Date.UTC(2026, 10, 30, 8),
    text: ANSWER_TEXT,
    cut: false,
    html: null,
    files: [{ ...file, name: 'Überweisung.txt' }],
    mail: null,
    ...draft.view,
  }
  const payload = joinPayload(view, payloadOf(data))
  const header = sampleHeader(payload.size, {
    kind: 'answer',
    iv: Buffer.alloc(16, (made += 1)),
    reference,
    recipient: recipientToken(reference, recipient),
    ...draft.header,
  })
  const keys = await keysFor(password, header)
  const pieces: Buffer[] = []
  for await (const piece of writeLetterFile(payload, header, keys, '{}'))
    pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

let made = 0

/** Derived once a password: all answers of a test have the same salt, each its own counter. */
function keysFor(password: string, header: ContainerHeader): Promise<ContainerKeys> {
  const keys = derived.get(password) ?? deriveKeys(password, header)
  derived.set(password, keys)
  return keys
}

const derived = new Map<string, Promise<ContainerKeys>>()

/** A mail that brings files, as mail programs attach them. */
export function mailWith(
  files: readonly Buffer[],
  {
    header = '',
    text = 'See attached.',
  }: { readonly header?: string; readonly text?: string } = {},
): Buffer {
  const parts = files.map(
    file =>
      `--b\r\nContent-Type: text/html; name="antwort.html"\r\nContent-Transfer-Encoding: base64\r\n` +
      `Content-Disposition: attachment; filename="antwort.html"\r\n\r\n${file
        .toString('base64')
        .replace(/.{76}/g, '$&\r\n')}\r\n`,
  )
  return Buffer.from(
    `${header === '' ? OUTER : header}MIME-Version: 1.0\r\n` +
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${text}\r\n${parts.join('')}--b--\r\n`,
    'latin1',
  )
}

const OUTER =
  'Received: from mx.bad.example by gw.in.example; Mon, 30 Nov 2026 09:30:00 +0100\r\n' +
  'From: Bob <bob@bad.example>\r\nTo: anna@in.example\r\nSubject: Re: Confidential message\r\n' +
  'Message-ID: <outer@bad.example>\r\nDate: Mon, 30 Nov 2026 09:29:00 +0100\r\n' +
  'DKIM-Signature: v=1; d=bad.example\r\n'
