import t from 'tap'
import sevenZip from '../../../plugins/detect/7z/index.js'
import { checkCorpus, findingsIn } from '../../support/archive-corpus.js'
import { openArchiveBox } from '../../support/archive-tools.js'
import { noise } from '../../support/container-bytes.js'
import { SECRET } from '../../support/zip-bytes.js'

const box = openArchiveBox()
t.teardown(() => box.close())
box.write('a.txt', SECRET)

await t.test('an archive is found by its bytes, also behind a program', async t => {
  const bytes = box.sevenZip('a.7z', '-pgeheim', '-mhe=on', 'a.txt')
  const program = Buffer.concat([Buffer.from('MZ'), noise(9000)])
  const want = [{ plugin: 'detect/7z', system: '7z', part: '1', verdict: 'encrypted' }]
  t.match(await findingsIn(sevenZip, bytes), want)
  t.match(await findingsIn(sevenZip, bytes, {}, 'Content-Type: text/plain'), want)
  t.match(await findingsIn(sevenZip, Buffer.concat([program, bytes])), want)
  t.same(await findingsIn(sevenZip, program), [])
  t.same(await findingsIn(sevenZip, SECRET), [])
})

await t.test('every labelled sample is judged as its label says', async t => {
  await checkCorpus(t, '7z', [sevenZip])
})
