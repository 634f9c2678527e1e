import t from 'tap'
import zip from '../../../plugins/detect/zip/index.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import { runPlugin } from '../../../src/testkit/run-plugin.js'
import { checkCorpus, findingsIn } from '../../support/archive-corpus.js'
import { openArchiveBox } from '../../support/archive-tools.js'
import { noise } from '../../support/container-bytes.js'
import { mailOf, multipartOf } from '../../support/detect-tools.js'
import { SECRET, aesPart, zipOf } from '../../support/zip-bytes.js'

const box = openArchiveBox()
t.teardown(() => box.close())

const sealed = zipOf([aesPart('geheim')])
const part = (header: string, body: string): Buffer => Buffer.from(`${header}\r\n\r\n${body}`)
const BASE64 = 'Content-Transfer-Encoding: base64'

await t.test('one finding for each archive, by its bytes and not by its label', async t => {
  const lines = sealed.toString('base64').replace(/.{76}/g, '$&\r\n')
  const message = multipartOf(
    'multipart/mixed',
    part('Content-Type: text/plain', 'Guten Tag'),
    part(`Content-Type: text/plain; name="a.txt"\r\n${BASE64}`, lines),
    part(`Content-Type: application/zip; name="b.zip"\r\n${BASE64}`, SECRET.toString('base64')),
    part(`Content-Type: image/png\r\n${BASE64}`, zipOf([{}]).toString('base64')),
  )
  const { findings } = await runPlugin(zip, parseMail(message))
  t.match(findings, [
    { plugin: 'detect/zip', system: 'zip', part: '2', verdict: 'encrypted', why: /AES-256/ },
    { part: '4', verdict: 'not-encrypted' },
  ])
  t.equal(findings.length, 2)
})

await t.test('an archive behind another file is seen', async t => {
  const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), noise(300_000)])
  const found = await findingsIn(zip, Buffer.concat([picture, zipOf([{}])]))
  t.match(found, [{ verdict: 'not-encrypted', why: /300008 bytes beside the entries/ }])
  t.same(await findingsIn(zip, picture), [])
  t.same(await findingsIn(zip, SECRET, {}, 'Content-Type: text/plain'), [])
  t.same(await findingsIn(zip, Buffer.alloc(0)), [])
})

await t.test('the settings are the limits', async t => {
  const twice = zipOf([{ content: zipOf([{ content: sealed }]) }])
  t.match(await findingsIn(zip, twice), [{ verdict: 'encrypted' }])
  t.match(await findingsIn(zip, twice, { max_depth: 1 }), [{ verdict: 'unknown' }])
  t.match(await findingsIn(zip, sealed, { max_key_rounds: 0 }), [
    { verdict: 'unknown', why: /too expensive/ },
  ])
  const many = zipOf(Array.from({ length: 101 }, () => ({})))
  t.match(await findingsIn(zip, many, { max_entries: 100 }), [{ verdict: 'unknown' }])
})

await t.test('what was added later without a password makes it partial', async t => {
  box.write('a.txt', SECRET)
  box.write('b.txt', noise(400))
  box.sevenZip('later.zip', '-tzip', '-pgeheim', '-mem=AES256', 'a.txt')
  const bytes = box.sevenZip('later.zip', '-tzip', 'b.txt')
  t.same(box.listed('later.zip')?.toSorted(), [false, true])
  t.match(await findingsIn(zip, bytes), [{ verdict: 'partial' }])
})

await t.test('a large archive in base64 is judged where it lies', async t => {
  box.write('large.bin', noise(3_000_000))
  const bytes = box.sevenZip(
    'large.zip',
    '-tzip',
    '-mm=copy',
    '-pgeheim',
    '-mem=AES256',
    'large.bin',
    'a.txt',
  )
  const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
  const mail = mailOf(Buffer.from(lines), `Content-Type: application/zip\r\n${BASE64}`)
  const { findings } = await runPlugin(zip, parseMail(mail))
  t.match(findings, [{ verdict: 'encrypted', why: /2 of 2/ }])
})

await t.test('every labelled sample is judged as its label says', async t => {
  await checkCorpus(t, 'zip', [zip])
})
