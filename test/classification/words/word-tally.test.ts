import t from 'tap'
import { foldText } from '../../../src/classification/fold-text.js'
import { readWordModel } from '../../../src/classification/words/word-model.js'
import { WordTally } from '../../../src/classification/words/word-tally.js'

const model = readWordModel(
  'protect_bias\t-1\nconfide_bias\t0\nleast_features\t4\nraise_from\t0\nundo_below\t-1\n' +
    'word krebs\t4\t2\nword newsletter\t-6\t0\nword herr\t2\t-2\n',
)
const HERE = { path: '1', place: 'text' } as const
const FILE = { path: '2', place: 'file', file: 'a.txt' } as const

function verdictOf(...texts: readonly string[]) {
  const tally = new WordTally(model)
  for (const [index, text] of texts.entries()) {
    const folded = foldText(text)
    tally.add(folded, 0, folded.length, index === 0 ? HERE : FILE)
  }
  return tally.verdict()
}

await t.test('weights add up, each word once, over the root of their number', t => {
  t.match(verdictOf('Krebs'), { protect: 1, confide: 1, count: 1 })
  t.same(verdictOf('Herr K. hat Krebs')?.strongest(), ['kr…s', 'he…r'])
  t.same(verdictOf('anderes')?.strongest(), [])
  t.match(verdictOf('Krebs, Krebs'), { protect: 1, count: 1 })
  t.match(verdictOf('Herr K. hat Krebs'), { protect: 2, confide: 0, count: 2 })
  t.match(verdictOf('Newsletter Krebs'), { protect: -2, count: 2 })
  t.match(verdictOf('anderes'), { protect: -1, count: 0 })
  t.equal(verdictOf(), undefined, 'of nothing there is no verdict')
  t.end()
})

await t.test('the place is that of most evidence, or the file that adds to it', t => {
  t.match(verdictOf('Krebs', 'anderes'), { where: HERE })
  t.match(verdictOf('Krebs', 'Herr'), { where: FILE })
  t.match(verdictOf('anderes', 'Newsletter'), { where: HERE })
  t.end()
})
