import t from 'tap'
import pdf from '../../../plugins/detect/pdf/index.js'
import { noise } from '../../support/container-bytes.js'
import { detect, mailOf, multipartOf } from '../../support/detect-tools.js'
import { AES_256, LETTER_PDF, lockedPdf } from '../../support/pdf-bytes.js'

const BINARY = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary'
const LOCKED = lockedPdf(AES_256)
const RIGHTS = lockedPdf(AES_256.replace('Standard', 'MicrosoftIRMServices'))

t.test('bytes decide, whatever the header says', async t => {
  const image = 'Content-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: binary'
  const claim = 'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: binary'
  const cases: [string, Buffer, object[]][] = [
    ['text in a part that says PDF', mailOf(Buffer.from('Befund'), claim), []],
    ['noise in a part that says PDF', mailOf(noise(200), claim), []],
    ['an empty part', mailOf(Buffer.alloc(0), claim), []],
    [
      'a text that mentions PDF',
      mailOf(Buffer.from('see %PDF-1.7, 1 0 obj'), 'Content-Type: text/plain'),
      [],
    ],
    [
      'a readable file',
      mailOf(LETTER_PDF, BINARY),
      [{ system: 'pdf', verdict: 'not-encrypted', why: 'PDF: it is not encrypted' }],
    ],
    [
      'a protected file',
      mailOf(LOCKED, claim),
      [{ system: 'pdf', part: '1', verdict: 'encrypted' }],
    ],
    ['under another name', mailOf(LOCKED, image), [{ verdict: 'encrypted' }]],
    ['Rights Management', mailOf(RIGHTS, claim), [{ system: 'rms', verdict: 'encrypted' }]],
    [
      'one of several',
      multipartOf('multipart/mixed', mailOf(Buffer.from('text')), mailOf(LOCKED, BINARY)),
      [{ part: '1.2', verdict: 'encrypted' }],
    ],
  ]
  for (const [name, message, want] of cases) {
    const found = await detect(pdf, message)
    t.match(found, want, name)
    t.equal(found.length, want.length, `${name}: findings`)
  }
})

t.test('a file above the limit is unknown', async t => {
  const large = mailOf(Buffer.concat([LOCKED, Buffer.alloc(70_000)]), BINARY)
  t.match(await detect(pdf, large, { max_size: '64K' }), [{ verdict: 'unknown', why: /max_size/ }])
})
