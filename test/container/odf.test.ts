import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import t from 'tap'
import { judgeContent } from '../../src/container/content.js'
import { judgeOpenDocument } from '../../src/container/odf.js'
import { readOdfManifest } from '../../src/container/odf-manifest.js'
import { judgeZip } from '../../src/container/zip.js'
import { noise } from '../support/container-bytes.js'
import { walk } from '../support/container-walk.js'
import { SECRET, aesPart, zipOf, type ZipPart } from '../support/zip-bytes.js'

const XML = Buffer.from(
  `<?xml version="1.0"?><office:document>${SECRET.toString()}</office:document>`,
)
const AES = 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'
const DERIVATION =
  '<m:key-derivation m:key-derivation-name="PBKDF2" m:key-size="32" m:iteration-count="1000" m:salt="c2FsdHNhbHRzYWx0c2FsdA=="/>' +
  '<m:start-key-generation m:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" m:key-size="32"/>'

const encryption = (path: string, algorithm = AES, derivation = DERIVATION): string =>
  `<m:file-entry m:full-path="${path}" m:size="${XML.length}"><m:encryption-data>` +
  `<m:algorithm m:algorithm-name="${algorithm}" m:initialisation-vector="${Buffer.alloc(16, 7).toString('base64')}"/>` +
  `${derivation}</m:encryption-data></m:file-entry>`

const manifestOf = (...entries: readonly string[]): ZipPart => ({
  name: 'META-INF/manifest.xml',
  content: Buffer.from(`<m:manifest xmlns:m="urn">${entries.join('')}</m:manifest>`),
})

const TYPE: ZipPart = {
  name: 'mimetype',
  method: 0,
  content: Buffer.from('application/vnd.oasis.opendocument.text'),
}

const file = (name: string, data: Buffer): ZipPart => ({ name, method: 0, content: data })

/** content.xml as LibreOffice encrypts it. */
function sealed(password: string): ZipPart {
  const start = createHash('sha256').update(password).digest()
  const key = pbkdf2Sync(start, 'saltsaltsaltsalt', 1000, 32, 'sha1')
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 7))
  return file('content.xml', Buffer.concat([cipher.update(deflateRawSync(XML)), cipher.final()]))
}

await t.test('each file of the package is judged by manifest and bytes', async t => {
  const content = encryption('content.xml')
  const cases: [name: string, parts: readonly ZipPart[], verdict: string, why: RegExp][] = [
    ['AES', [sealed('geheim'), manifestOf(content)], 'encrypted', /1 of 1 entries protected, AES/],
    [
      'GCM',
      [
        file('content.xml', noise(301)),
        manifestOf(encryption('content.xml', 'http://www.w3.org/2009/xmlenc11#aes256-gcm')),
      ],
      'encrypted',
      /AES/,
    ],
    [
      'Blowfish',
      [file('content.xml', noise(301)), manifestOf(encryption('content.xml', 'Blowfish CFB'))],
      'weak',
      /outdated/,
    ],
    [
      'a plain file beside',
      [sealed('x'), file('styles.xml', XML), manifestOf(content)],
      'partial',
      /1 of 2/,
    ],
    ['plain', [file('content.xml', XML), manifestOf()], 'not-encrypted', /none of 1/],
    [
      'forged over text',
      [file('content.xml', XML), manifestOf(content)],
      'not-encrypted',
      /can be read/,
    ],
    [
      'forged over deflate',
      [file('content.xml', deflateRawSync(XML)), manifestOf(content)],
      'not-encrypted',
      /can be read/,
    ],
    ['an empty password', [sealed(''), manifestOf(content)], 'not-encrypted', /empty password/],
    [
      'an unknown cipher',
      [file('content.xml', noise(301)), manifestOf(encryption('content.xml', 'rot13'))],
      'unknown',
      /cipher/,
    ],
    [
      'no way to a key',
      [file('content.xml', noise(320)), manifestOf(encryption('content.xml', AES, ''))],
      'unknown',
      /key/,
    ],
    [
      'a length that AES never has',
      [file('content.xml', noise(301)), manifestOf(content)],
      'unknown',
      /length/,
    ],
    [
      'protected by ZIP',
      [aesPart('x', { name: 'content.xml' }), manifestOf()],
      'encrypted',
      /AES-256/,
    ],
  ]
  let seen = 0
  for (const [name, parts, verdict, why] of cases) {
    const bytes = zipOf([TYPE, ...parts])
    t.match(await walk(judgeOpenDocument, bytes), { system: 'odf', verdict, why }, name)
    t.equal(await walk(judgeZip, bytes), undefined, `${name}: left alone by the other walk`)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('ten million rounds are not tried', async t => {
  const costly = DERIVATION.replace('"1000"', '"10000000"')
  const bytes = zipOf([TYPE, sealed('x'), manifestOf(encryption('content.xml', AES, costly))])
  t.match(await walk(judgeContent, bytes), { verdict: 'unknown', why: /too expensive/ })
})

await t.test('another archive is none, whatever is in it', async t => {
  const manifest = manifestOf(encryption('content.xml'))
  for (const parts of [
    [sealed('x'), manifest],
    [{ ...TYPE, content: Buffer.from('application/zip') }, manifest],
    [TYPE, sealed('x')],
  ])
    t.equal(await walk(judgeOpenDocument, zipOf(parts)), undefined)
  t.equal(await walk(judgeOpenDocument, SECRET), undefined)
})

await t.test('the manifest gives what is needed to try a password', t => {
  const found = readOdfManifest(manifestOf(encryption('content.xml')).content?.toString() ?? '')
  t.match(found.get('content.xml'), {
    algorithm: AES,
    startKey: 'sha256',
    keyBytes: 32,
    rounds: 1000,
    hasKey: true,
  })
  t.equal(readOdfManifest('<<<').size, 0)
  t.end()
})
