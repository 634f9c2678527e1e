import t from 'tap'
import odf from '../../../plugins/detect/odf/index.js'
import { findingsIn } from '../../support/archive-corpus.js'
import { noise } from '../../support/container-bytes.js'
import { SECRET, zipOf } from '../../support/zip-bytes.js'

const MANIFEST =
  '<m:manifest xmlns:m="urn"><m:file-entry m:full-path="content.xml"><m:encryption-data>' +
  '<m:algorithm m:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>' +
  '<m:key-derivation m:key-derivation-name="argon2id"/></m:encryption-data></m:file-entry></m:manifest>'

const documentOf = (content: Buffer): Buffer =>
  zipOf([
    {
      name: 'mimetype',
      method: 0,
      content: Buffer.from('application/vnd.oasis.opendocument.spreadsheet'),
    },
    { name: 'content.xml', method: 0, content },
    { name: 'META-INF/manifest.xml', content: Buffer.from(MANIFEST) },
  ])

await t.test('a document with a password is found by its bytes', async t => {
  const found = { plugin: 'detect/odf', system: 'odf', part: '1' }
  t.match(await findingsIn(odf, documentOf(noise(900))), [{ ...found, verdict: 'encrypted' }])
  t.match(await findingsIn(odf, documentOf(SECRET)), [{ ...found, verdict: 'not-encrypted' }])
  t.same(await findingsIn(odf, zipOf([{}])), [])
  t.same(await findingsIn(odf, SECRET), [])
})
