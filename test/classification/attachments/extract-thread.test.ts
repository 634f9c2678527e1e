import { deflateSync } from 'node:zlib'
import t from 'tap'
import { EXTRACT_LIMITS } from '../../../src/classification/attachments/extract.js'
import readTask from '../../../src/classification/attachments/extract-thread.js'
import { DOCUMENTS } from '../../support/document-bytes.js'
import { CATALOGUE, PAGES, pdfOf, streamOf } from '../../support/pdf-bytes.js'

await t.test('no array of the thread is larger than a bound', async t => {
  t.throws(() => new Uint8Array(65 * 1024 * 1024), { name: 'RangeError' })
  t.throws(() => new ArrayBuffer(65 * 1024 * 1024), { name: 'RangeError' })
  t.equal(new Uint8Array(1024).length, 1024)
  t.ok(new Uint8Array(8) instanceof Uint8Array)
  t.ok(Buffer.alloc(8) instanceof Uint8Array)
  t.same(Uint8Array.from([1, 2]), Buffer.from([1, 2]))
  t.notOk('DecompressionStream' in globalThis)
})

await t.test('a page that unpacks to more than the bound is not read', async t => {
  const bomb = deflateSync(deflateSync(Buffer.alloc(70 * 1024 * 1024, 0x20)))
  const file = pdfOf([
    CATALOGUE,
    PAGES,
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>',
    streamOf(bomb, '/Filter [/FlateDecode /FlateDecode]'),
  ])
  t.match(await readTask({ bytes: file, limits: EXTRACT_LIMITS }), [{ reason: 'damaged' }])
})

await t.test('everything else is read as ever', async t => {
  const bytes = new Uint8Array(DOCUMENTS.docx('Befund steht hier'))
  const found = await readTask({ bytes, limits: EXTRACT_LIMITS })
  t.match(found, [{ kind: 'text', text: 'Befund steht hier\n' }])
})
