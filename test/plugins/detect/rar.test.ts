import t from 'tap'
import rar from '../../../plugins/detect/rar/index.js'
import { checkCorpus, findingsIn } from '../../support/archive-corpus.js'
import { noise } from '../../support/container-bytes.js'
import { hiddenRar5, rar4Of } from '../../support/rar-bytes.js'
import { SECRET } from '../../support/zip-bytes.js'

await t.test('an archive is found by its bytes, also behind a program', async t => {
  const program = Buffer.concat([Buffer.from('MZ'), noise(9000)])
  const want = [{ plugin: 'detect/rar', system: 'rar', part: '1', verdict: 'encrypted' }]
  t.match(await findingsIn(rar, hiddenRar5('geheim')), want)
  t.match(
    await findingsIn(rar, rar4Of([{ password: 'geheim' }]), {}, 'Content-Type: text/plain'),
    want,
  )
  t.match(await findingsIn(rar, Buffer.concat([program, hiddenRar5('geheim')])), want)
  t.same(await findingsIn(rar, program), [])
  t.same(await findingsIn(rar, SECRET), [])
})

await t.test('every labelled sample is judged as its label says', async t => {
  await checkCorpus(t, 'rar', [rar])
})
