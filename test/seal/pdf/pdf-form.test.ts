import t from 'tap'
import { hasPdfLetterForm } from '../../../src/seal/pdf/pdf-form.js'
import { sealAsPdf } from '../../../src/seal/pdf/pdf-format.js'
import { bodyOf, clinicMail, fileIn, sampleOrder } from '../../support/seal-samples.js'

const letter = await sealAsPdf(sampleOrder(clinicMail()), new AbortController().signal)
const file = await fileIn(letter, await bodyOf(letter))

t.test('a letter of ours has its form', async t => {
  t.equal(hasPdfLetterForm(file), true)
})

t.test('one that breaks off inside a stream has not', async t => {
  let seen = 0
  const text = file.toString('latin1')
  for (let at = text.indexOf('>>\nstream\n'); at >= 0; at = text.indexOf('>>\nstream\n', at + 1)) {
    seen += 1
    t.equal(hasPdfLetterForm(file.subarray(0, at + 20)), false, `cut at ${at}`)
  }
  t.ok(seen > 4)
})

t.test('nothing may stand anywhere between the streams', async t => {
  const text = file.toString('latin1')
  let seen = 0
  for (const { index } of text.matchAll(/endobj\n|\n<<\n/g)) {
    const at = index + 2
    const forged = `${text.slice(0, at)} (word) ${text.slice(at)}`
    seen += 1
    t.equal(hasPdfLetterForm(Buffer.from(forged, 'latin1')), false, `a text at ${at}`)
  }
  t.ok(seen > 10)
})
