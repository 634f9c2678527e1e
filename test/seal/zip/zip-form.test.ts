import t from 'tap'
import { hasZipLetterForm } from '../../../src/seal/zip/zip-form.js'
import { sealAsZip } from '../../../src/seal/zip/zip-format.js'
import { bodyOf, clinicMail, fileIn, sampleOrder } from '../../support/seal-samples.js'

const order = sampleOrder(clinicMail())
const letter = await sealAsZip(order, new AbortController().signal)
const file = await fileIn(letter, await bodyOf(letter))
const has = (bytes: Buffer): boolean => hasZipLetterForm(bytes, order.reference)

t.test('a letter of ours has its form, under its own reference', async t => {
  t.equal(has(file), true)
  t.equal(hasZipLetterForm(file, '00000000000000000000'), false)
})

t.test('cut at any byte it has not', async t => {
  for (let length = 0; length < file.length; length += 1)
    if (has(file.subarray(0, length))) t.fail(`${length} bytes`)
  t.equal(has(Buffer.concat([file, Buffer.from('x')])), false)
})

t.test('with a byte more at any place it has not', async t => {
  const word = Buffer.from('x')
  for (let at = 0; at < file.length; at += 1)
    if (has(Buffer.concat([file.subarray(0, at), word, file.subarray(at)]))) t.fail(`at ${at}`)
  t.ok(file.length > 200)
})
