import { deflateRawSync } from 'node:zlib'
import t from 'tap'
import { judgeContent } from '../../src/container/content.js'
import { judgeOpenDocument } from '../../src/container/odf.js'
import { readOdfManifest } from '../../src/container/odf-manifest.js'
import { judgeZip } from '../../src/container/zip.js'
import { noise } from '../support/container-bytes.js'
import { walk } from '../support/container-walk.js'
import {
  ODF_AES,
  ODF_DERIVATION,
  ODF_TYPE,
  ODF_XML,
  odfEncryption,
  odfFile,
  odfManifest,
  sealedOdf,
} from '../support/odf-bytes.js'
import { SECRET, aesPart, zipOf, type ZipPart } from '../support/zip-bytes.js'

await t.test('each file of the package is judged by manifest and bytes', async t => {
  const content = odfEncryption('content.xml')
  const cases: [name: string, parts: readonly ZipPart[], verdict: string, why: RegExp][] = [
    [
      'AES',
      [sealedOdf('geheim'), odfManifest(content)],
      'encrypted',
      /1 of 1 entries protected, AES/,
    ],
    [
      'GCM',
      [
        odfFile('content.xml', noise(301)),
        odfManifest(odfEncryption('content.xml', 'http://www.w3.org/2009/xmlenc11#aes256-gcm')),
      ],
      'encrypted',
      /AES/,
    ],
    [
      'Blowfish',
      [
        odfFile('content.xml', noise(301)),
        odfManifest(odfEncryption('content.xml', 'Blowfish CFB')),
      ],
      'weak',
      /outdated/,
    ],
    [
      'a plain file beside',
      [sealedOdf('x'), odfFile('styles.xml', ODF_XML), odfManifest(content)],
      'partial',
      /1 of 2/,
    ],
    ['plain', [odfFile('content.xml', ODF_XML), odfManifest()], 'not-encrypted', /none of 1/],
    [
      'forged over text',
      [odfFile('content.xml', ODF_XML), odfManifest(content)],
      'not-encrypted',
      /can be read/,
    ],
    [
      'forged over deflate',
      [odfFile('content.xml', deflateRawSync(ODF_XML)), odfManifest(content)],
      'not-encrypted',
      /can be read/,
    ],
    ['an empty password', [sealedOdf(''), odfManifest(content)], 'not-encrypted', /empty password/],
    [
      'an unknown cipher',
      [odfFile('content.xml', noise(301)), odfManifest(odfEncryption('content.xml', 'rot13'))],
      'unknown',
      /cipher/,
    ],
    [
      'no way to a key',
      [odfFile('content.xml', noise(320)), odfManifest(odfEncryption('content.xml', ODF_AES, ''))],
      'unknown',
      /key/,
    ],
    [
      'a length that AES never has',
      [odfFile('content.xml', noise(301)), odfManifest(content)],
      'unknown',
      /length/,
    ],
    [
      'protected by ZIP',
      [aesPart('x', { name: 'content.xml' }), odfManifest()],
      'encrypted',
      /AES-256/,
    ],
  ]
  let seen = 0
  for (const [name, parts, verdict, why] of cases) {
    const bytes = zipOf([ODF_TYPE, ...parts])
    t.match(await walk(judgeOpenDocument, bytes), { system: 'odf', verdict, why }, name)
    t.equal(await walk(judgeZip, bytes), undefined, `${name}: left alone by the other walk`)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('ten million rounds are not tried', async t => {
  const costly = ODF_DERIVATION.replace('"1000"', '"10000000"')
  const bytes = zipOf([
    ODF_TYPE,
    sealedOdf('x'),
    odfManifest(odfEncryption('content.xml', ODF_AES, costly)),
  ])
  t.match(await walk(judgeContent, bytes), { verdict: 'unknown', why: /too expensive/ })
})

await t.test('another archive is none, whatever is in it', async t => {
  const manifest = odfManifest(odfEncryption('content.xml'))
  for (const parts of [
    [sealedOdf('x'), manifest],
    [{ ...ODF_TYPE, content: Buffer.from('application/zip') }, manifest],
    [ODF_TYPE, sealedOdf('x')],
  ])
    t.equal(await walk(judgeOpenDocument, zipOf(parts)), undefined)
  t.equal(await walk(judgeOpenDocument, SECRET), undefined)
})

await t.test('the manifest gives what is needed to try a password', t => {
  const found = readOdfManifest(odfManifest(odfEncryption('content.xml')).content?.toString() ?? '')
  t.match(found.get('content.xml'), {
    algorithm: ODF_AES,
    startKey: 'sha256',
    keyBytes: 32,
    rounds: 1000,
    hasKey: true,
  })
  t.equal(readOdfManifest('<<<').size, 0)
  t.end()
})
