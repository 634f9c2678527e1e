import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync, deflateSync } from 'node:zlib'
import {
  PKESK,
  SEIPD,
  SKESK,
  compressed,
  enveloped,
  noise,
  packet,
  signed,
} from './container-bytes.js'
import { packageRoot } from '../../src/config/root.js'
import { LETTER, corpus, mailOf, multipartOf } from './detect-tools.js'
import { RICH_MESSAGE, SAMPLES, crlf } from './message-samples.js'
import {
  agileInfo,
  cryptoApiInfo,
  packageStreams,
  presentationStreams,
  rc4Info,
  standardInfo,
  wordStreams,
  workbook,
} from './office-bytes.js'
import { oleOf } from './ole-bytes.js'
import {
  AES_256,
  CONTENT,
  LETTER_PDF,
  PAGE,
  PAGES,
  lockedPdf,
  pdfOf,
  streamOf,
} from './pdf-bytes.js'
import { hiddenRar4, hiddenRar5, rar4Of, rar5Of } from './rar-bytes.js'
import { archive, stored } from './seven-zip-bytes.js'
import { TNEF_ID, propertiesOf, tnefFile, tnefOf } from './tnef-bytes.js'
import { ROOT } from './tree-sources.js'
import { SECRET, aesPart, strongExtra, zipCryptoPart, zipOf } from './zip-bytes.js'

/** Larger samples make every run slow, and hold nothing that a smaller one does not. */
const MOST_BYTES = 48 * 1024

const sealedZip = zipOf([aesPart('geheim')])
const sealedOffice = oleOf(packageStreams(agileInfo('geheim')))
const rights = oleOf([
  ['\u0009DRMContent', noise(6000)],
  ['\u0009DRMDataSpace', noise(64)],
])

/** Files of every format, small, protected and not; the folder of the labelled samples is used beside them. */
export const SEEDS = {
  zip: () => [
    sealedZip,
    zipOf([{ content: SECRET }, aesPart('')]),
    zipOf([zipCryptoPart('x'), { name: 'a.txt', method: 0 }]),
    zipOf([{ flags: 0x41, method: 8, data: noise(200), extra: strongExtra(0x6610) }]),
    zipOf([{ content: sealedZip }, { content: sealedOffice }, { content: LETTER_PDF }]),
    zipOf([{ content: lockedPdf(AES_256) }], { comment: Buffer.from('Befund'), isLarge: true }),
    ...beside('zip'),
  ],
  odf: () => [openDocument(noise(320)), openDocument(SECRET)],
  '7z': () => [
    stored(noise(208), SECRET.length, 1),
    stored(SECRET, SECRET.length, crc32(SECRET), 4, Buffer.from([1, 0])),
    archive(noise(64), Buffer.from([0x17, 0x06, 0x00, 0x01])),
    ...beside('7z'),
  ],
  rar: () => [
    rar5Of([{ content: SECRET }, { password: 'geheim' }]),
    hiddenRar5('geheim'),
    hiddenRar5(''),
    rar4Of([{ content: sealedZip }, { password: 'geheim' }]),
    hiddenRar4(),
    ...beside('rar'),
  ],
  office: () => [
    sealedOffice,
    oleOf(packageStreams(standardInfo('geheim'))),
    oleOf(packageStreams(agileInfo('VelvetSweatshop'))),
    oleOf(wordStreams(0x8100, noise(64))),
    oleOf(wordStreams(0x0300, cryptoApiInfo('geheim'))),
    oleOf({ Workbook: workbook(Buffer.concat([Buffer.from([1, 0]), rc4Info('geheim')])) }),
    oleOf(presentationStreams(true, cryptoApiInfo('geheim'))),
    ...beside('office'),
  ],
  postseal: () => ['letter-v1.html', 'answer-v1.html'].map(keptLetter),
  rms: () => [rights, rpmsgOf(rights), pfileOf(noise(600)), ...beside('rms')],
  smime: () => [
    enveloped(),
    enveloped({ type: '2a864886f70d0109100117', cipher: '60864801650304012e' }),
    signed(),
    compressed(deflateSync(SECRET)),
    ...beside('cms'),
  ],
  pgp: () => [
    Buffer.concat([PKESK, SEIPD]),
    Buffer.concat([SKESK, packet(9, noise(80))]),
    packet(8, Buffer.concat([Buffer.from([1]), deflateRawSync(SECRET)])),
    ...beside('pgp'),
  ],
  pdf: () => [
    LETTER_PDF,
    lockedPdf(AES_256),
    pdfOf([
      '<< /Type /Catalog /Pages 2 0 R /AF [5 0 R] >>',
      PAGES,
      PAGE,
      streamOf(CONTENT),
      '<< /Type /Filespec /AFRelationship /EncryptedPayload /EF << /F 6 0 R >> /EP << /Type /EncryptedPayload /Subtype /MicrosoftIRMServices >> >>',
      streamOf(noise(300), '/Type /EmbeddedFile'),
    ]),
    ...beside('pdf'),
  ],
  tnef: () => [
    tnefOf(tnefFile('befund.txt', SECRET)),
    tnefOf([
      [1, TNEF_ID.body, SECRET],
      [1, TNEF_ID.messageProperties, MAPI],
      ...tnefFile('a.zip', sealedZip),
      [2, TNEF_ID.properties, ATTACHED_MAPI],
    ]),
  ],
  message: () => [RICH_MESSAGE, UUENCODED, ...SAMPLES, ...beside('mail')],
  keys: () =>
    ['anna.der', 'chain.pem', 'chain.p7b', 'anna.p12', 'karl.gpg', 'karl.asc'].map(name =>
      readFileSync(join(ROOT, 'test/fixtures/keys', name)),
    ),
  stage: () => [RICH_MESSAGE, ...ATTACHED.map(attached), ...FROM_PRODUCTS, ...beside('mail')],
} as const

const MAPI = propertiesOf([
  [0x1000, 0x1f, Buffer.from('Befund\0', 'utf16le')],
  [0x1009, 0x102, noise(20)],
  [0x1013, 0x102, Buffer.from('<p>Befund</p>')],
  [0x0017, 3, Buffer.alloc(4)],
  [0x8001, 0x1e, Buffer.from('a name of its own\0')],
])

const ATTACHED_MAPI = propertiesOf([
  [0x3707, 0x1f, Buffer.from('befund.zip\0', 'utf16le')],
  [0x3701, 0x102, sealedZip],
])

const UUENCODED = crlf(
  'Content-Type: application/octet-stream; name="=?utf-8?B?QmVmdW5kLnppcA==?="',
  'Content-Transfer-Encoding: x-uuencode',
  '',
  'begin 644 befund.txt',
  '&0F5F=6YD',
  '`',
  'end',
)

/** Letters of an earlier release, whose pages are known. */
function keptLetter(name: string): Buffer {
  return readFileSync(join(packageRoot(), 'test/fixtures/seal', name))
}

/** What mail of products looks like that send links and forms. */
const FROM_PRODUCTS: readonly Buffer[] = [
  mailOf(Buffer.from('https://share.example/download?id=234ds43re'), 'Content-Type: text/plain'),
  mailOf(
    Buffer.from(
      `<html><title>Secure Email</title><form method="post" action="https://mail.example/web.app?op=init"><input type="hidden" name="secmail0" value="${noise(400).toString('base64')}"></form></html>`,
    ),
    'Content-Type: text/html; name="secure-email.html"\r\nContent-Disposition: attachment; filename="secure-email.html"',
  ),
]

const ATTACHED: readonly Buffer[] = [
  sealedZip,
  enveloped(),
  lockedPdf(AES_256),
  rpmsgOf(rights),
  tnefOf(tnefFile('a.zip', sealedZip)),
  Buffer.from(armour(Buffer.concat([PKESK, SEIPD]))),
  hiddenRar5('geheim'),
]

/** A file as the attachment of a letter, in base64. */
function attached(file: Buffer): Buffer {
  const type = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64'
  const lines = file.toString('base64').replace(/.{76}/g, '$&\r\n')
  return multipartOf('multipart/mixed', LETTER, mailOf(Buffer.from(lines), type))
}

export function armour(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\r\n')
  return `-----BEGIN PGP MESSAGE-----\r\n\r\n${lines}\r\n-----END PGP MESSAGE-----\r\n`
}

function openDocument(content: Buffer): Buffer {
  const manifest =
    '<manifest><file-entry full-path="content.xml" size="320"><encryption-data>' +
    '<algorithm algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" initialisation-vector="BwcHBwcHBwcHBwcHBwcHBw=="/>' +
    '<key-derivation key-derivation-name="PBKDF2" key-size="32" iteration-count="100" salt="c2FsdHNhbHRzYWx0c2FsdA=="/>' +
    '<start-key-generation start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" key-size="32"/>' +
    '</encryption-data></file-entry></manifest>'
  return zipOf([
    {
      name: 'mimetype',
      method: 0,
      content: Buffer.from('application/vnd.oasis.opendocument.text'),
    },
    { name: 'content.xml', method: 0, content },
    { name: 'META-INF/manifest.xml', content: Buffer.from(manifest) },
  ])
}

function rpmsgOf(content: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from('76e80460c411e386', 'hex')]
  for (let at = 0; at < content.length; at += 4096) {
    const plain = content.subarray(at, at + 4096)
    const packed = deflateSync(plain)
    const head = Buffer.alloc(12)
    head.writeUInt32LE(0xfa0, 0)
    head.writeUInt32LE(plain.length, 4)
    head.writeUInt32LE(packed.length, 8)
    blocks.push(head, packed)
  }
  return Buffer.concat(blocks)
}

function pfileOf(payload: Buffer): Buffer {
  const licence = Buffer.from(`<XrML version="1.2">${' '.repeat(400)}</XrML>`, 'utf16le')
  const header = Buffer.alloc(296)
  header.write('.pfile', 0, 'latin1')
  header.writeUInt32LE(296 + licence.length, 292)
  return Buffer.concat([header, licence, payload])
}

function beside(kind: string): readonly Buffer[] {
  return (corpus([kind]) ?? [])
    .map(({ bytes }) => bytes)
    .filter(({ length }) => length > 0 && length <= MOST_BYTES)
}
