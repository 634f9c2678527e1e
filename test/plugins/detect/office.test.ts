import t from 'tap'
import odf from '../../../plugins/detect/odf/index.js'
import office from '../../../plugins/detect/office/index.js'
import zip from '../../../plugins/detect/zip/index.js'
import { checkCorpus, findingsIn } from '../../support/archive-corpus.js'
import { agileInfo, packageStreams } from '../../support/office-bytes.js'
import { oleOf } from '../../support/ole-bytes.js'
import { SECRET } from '../../support/zip-bytes.js'

await t.test('a file with a password is found by its bytes', async t => {
  const bytes = oleOf(packageStreams(agileInfo('geheim')))
  const want = [{ plugin: 'detect/office', system: 'office', part: '1', verdict: 'encrypted' }]
  t.match(await findingsIn(office, bytes), want)
  t.match(await findingsIn(office, bytes, {}, 'Content-Type: text/plain'), want)
  t.same(await findingsIn(office, SECRET), [])
  t.match(await findingsIn(office, bytes, { max_key_rounds: 100 }), [{ verdict: 'unknown' }])
})

await t.test('every labelled sample is judged as its label says', async t => {
  await checkCorpus(t, 'office', [office, odf, zip])
})
