import t from 'tap'
import { identifierJudges } from '../../../src/classification/identifiers/identifier-judge.js'
import type { Passage } from '../../../src/classification/judge.js'

const never = new AbortController().signal
const OPTIONS = { thresholds: {}, contextWords: {}, maxText: 1000 }

async function labels(passages: readonly Passage[], more: object = {}) {
  const judge = identifierJudges({ ...OPTIONS, ...more })()
  for (const passage of passages) await judge.read(passage, never)
  return judge.labels()
}

await t.test('a number counts alike in a text, in HTML and in a file name', async t => {
  const found = await labels([
    { path: '1', place: 'text', text: 'AHV 756.9217.0769.85' },
    { path: '2', place: 'text', text: 'AHV 756.<b>9217</b>.0769.85', isHtml: true },
    { path: '3', place: 'file name', text: 'AHV 756.9217.0769.85.pdf' },
  ])
  t.same(
    found.map(label => [label.id, label.class, label.part, label.count]),
    [
      ['ahv', 'high', '1', 1],
      ['ahv', 'high', '2', 1],
      ['ahv', 'high', '3', 1],
    ],
  )
  t.end()
})

await t.test('thresholds that are not given keep their default', async t => {
  const passage: Passage = { path: '1', place: 'text', text: 'AHV 756.9217.0769.85' }
  t.same(
    await labels([passage], { thresholds: { highFrom: { iban: 1 } } }),
    await labels([passage]),
  )
  t.same(await labels([passage], { thresholds: { highFrom: { ahv: 2 } } }), [])
  t.end()
})

await t.test('what is beyond the limit of a message is not read', async t => {
  const judge = identifierJudges({ ...OPTIONS, maxText: 10 })()
  await judge.read({ path: '1', place: 'text', text: 'hello, you' }, never)
  t.ok(judge.isFull)
  await judge.read({ path: '1', place: 'text', text: 'AHV 756.9217.0769.85' }, never)
  t.same(judge.labels(), [])
  t.end()
})

await t.test('a stop is heard', async t => {
  const judge = identifierJudges(OPTIONS)()
  const stopped = judge.read({ path: '1', place: 'text', text: 'x' }, AbortSignal.abort())
  await t.rejects(stopped)
  t.end()
})
