import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { header } from './messages.js'
import { noise } from './noise.js'

/** A mail of one attachment that takes long to judge; gives its file. */
export async function hardMail(
  directory: string,
  kind: keyof typeof KINDS,
  bytes: number,
): Promise<string> {
  const { type, make } = KINDS[kind]
  const lines = make(Math.floor((bytes / 78) * 57))
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')
  const front = header(type).replace(/\r\n\r\n$/, '\r\nContent-Transfer-Encoding: base64\r\n\r\n')
  const file = join(directory, `${kind}-${bytes}.eml`)
  await writeFile(file, `${front}${lines}\r\n`)
  return file
}

const KINDS = {
  'many-objects': { type: 'application/pdf; name="drawing.pdf"', make: pdfOfManyObjects },
  'large-form': { type: 'text/html; name="secure-email.html"', make: largeForm },
} as const

/** A PDF file of small objects, such as a drawing with all its lines as annotations. */
function pdfOfManyObjects(bytes: number): Buffer {
  const pieces = ['%PDF-1.4\n']
  const offsets: string[] = []
  let size = 9
  // Each object has a row of 20 bytes in the table at the end.
  for (let number = 1; size + offsets.length * 20 < bytes; number += 1) {
    const dictionary =
      number === 1 ? '<< /Type /Catalog >>' : `<< /Type /Annot /Rect [0 0 ${number} 10] >>`
    const object = `${number} 0 obj\n${dictionary}\nendobj\n`
    offsets.push(String(size).padStart(10, '0'))
    pieces.push(object)
    size += object.length
  }
  const count = offsets.length + 1
  const rows = offsets.map(offset => `${offset} 00000 n \n`).join('')
  pieces.push(`xref\n0 ${count}\n0000000000 65535 f \n${rows}`)
  pieces.push(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${size}\n%%EOF\n`)
  return Buffer.from(pieces.join(''))
}

/** An HTML file with a form that posts its encrypted content to where it can be read. */
function largeForm(bytes: number): Buffer {
  const payload = noise((bytes / 4) * 3).toString('base64')
  return Buffer.from(
    '<html><title>Secure Email</title><form method="post" action="https://mail.example/web.app?op=init">' +
      `<input type="hidden" name="secmail0" value="${payload}"><input type="submit" value="OK"></form></html>`,
  )
}
