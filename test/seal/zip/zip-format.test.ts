import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sealAsZip, ZIP_LETTER } from '../../../src/seal/zip/zip-format.js'
import {
  bodyOf,
  clinicMail,
  fileIn,
  INNER_MAIL,
  PASSWORD,
  sampleOrder,
} from '../../support/seal-samples.js'

const { signal } = new AbortController()

t.test('7-Zip opens it with the password alone, and names are hidden', async t => {
  const folder = t.testdir()
  const file = join(folder, 'letter.zip')
  const letter = await sealAsZip(sampleOrder(clinicMail()), signal)
  const body = await bodyOf(letter)
  t.equal(body.length, letter.bodyBytes)
  t.notMatch(body.toString('latin1'), /Befund|M=FCller|https?:/)
  t.match(body.toString('latin1'), /filename="brief-7k2m9q4v1p3t8s6r0abc\.zip"/)
  writeFileSync(file, await fileIn(letter, body))
  const list = spawnSync('7z', ['l', '-slt', file], { encoding: 'utf8' }).stdout
  t.match(list, /Path = brief-7k2m9q4v1p3t8s6r0abc\.eml[^]*Encrypted = \+[^]*Method = AES-256/)
  t.not(spawnSync('7z', ['t', '-pwrong', file]).status, 0)
  t.equal(spawnSync('7z', ['x', `-p${PASSWORD}`, `-o${folder}`, file]).status, 0)
  t.equal(readFileSync(join(folder, 'brief-7k2m9q4v1p3t8s6r0abc.eml'), 'latin1'), INNER_MAIL)
  t.ok(
    body.length <=
      Buffer.byteLength(INNER_MAIL) * ZIP_LETTER.growth.factor + ZIP_LETTER.growth.plus,
  )
})

t.test('without a password nothing is sealed', async t => {
  await t.rejects(sealAsZip(sampleOrder(clinicMail(), { password: undefined }), signal), {
    code: 'ERR_BUG',
  })
  await t.rejects(sealAsZip(sampleOrder(clinicMail()), AbortSignal.abort()), { name: 'AbortError' })
})
