import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { SECRET, type ZipPart } from './zip-bytes.js'

export const ODF_XML = Buffer.from(
  `<?xml version="1.0"?><office:document>${SECRET.toString()}</office:document>`,
)
export const ODF_AES = 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'
export const ODF_DERIVATION =
  '<m:key-derivation m:key-derivation-name="PBKDF2" m:key-size="32" m:iteration-count="1000" m:salt="c2FsdHNhbHRzYWx0c2FsdA=="/>' +
  '<m:start-key-generation m:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" m:key-size="32"/>'

/** What the manifest says of an encrypted file. */
export const odfEncryption = (
  path: string,
  algorithm = ODF_AES,
  derivation = ODF_DERIVATION,
): string =>
  `<m:file-entry m:full-path="${path}" m:size="${ODF_XML.length}"><m:encryption-data>` +
  `<m:algorithm m:algorithm-name="${algorithm}" m:initialisation-vector="${Buffer.alloc(16, 7).toString('base64')}"/>` +
  `${derivation}</m:encryption-data></m:file-entry>`

export const odfManifest = (...entries: readonly string[]): ZipPart => ({
  name: 'META-INF/manifest.xml',
  content: Buffer.from(`<m:manifest xmlns:m="urn">${entries.join('')}</m:manifest>`),
})

/** The first entry of a text document. */
export const ODF_TYPE: ZipPart = {
  name: 'mimetype',
  method: 0,
  content: Buffer.from('application/vnd.oasis.opendocument.text'),
}

export const odfFile = (name: string, data: Buffer): ZipPart => ({ name, method: 0, content: data })

/** content.xml as LibreOffice encrypts it. */
export function sealedOdf(password: string): ZipPart {
  const start = createHash('sha256').update(password).digest()
  const key = pbkdf2Sync(start, 'saltsaltsaltsalt', 1000, 32, 'sha1')
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 7))
  return odfFile(
    'content.xml',
    Buffer.concat([cipher.update(deflateRawSync(ODF_XML)), cipher.final()]),
  )
}
