import t from 'tap'
import { MARKER, changedText, withoutMarker } from '../../../src/postfix/setup/apply-changes.js'
import type { Change } from '../../../src/postfix/setup/change.js'

const change = (key: string, before?: string, after?: string): Change => ({
  kind: 'setting',
  path: 'main.cf',
  key,
  before,
  after,
})

await t.test('what is there is changed in place, what is new comes below a comment', async t => {
  const text = '# head\na = 1\nb = 2\n'
  const changes = [
    change('a', 'a = 1\n', 'a = 9\n'),
    change('b', 'b = 2\n'),
    change('c', undefined, 'c = 3\n'),
    change('d', undefined, 'd = 4\n'),
  ]
  const changed = changedText(text, 'main', changes)
  t.equal(changed, `# head\na = 9\n\n${MARKER}c = 3\nd = 4\n`)
  const more = changedText(changed, 'main', [change('e', undefined, 'e = 5\n')])
  t.equal(more, `${changed}e = 5\n`, 'one comment is enough')
})

await t.test('the comment goes when nothing of ours is left', async t => {
  const text = 'a = 1'
  const changed = changedText(text, 'main', [change('c', undefined, 'c = 3\n')])
  t.equal(changed, `a = 1\n\n${MARKER}c = 3\n`)
  const bare = changedText(changed, 'main', [change('c', 'c = 3\n')])
  t.equal(withoutMarker(bare, 'main'), 'a = 1\n')
  t.equal(withoutMarker(text, 'main'), text)
  t.equal(withoutMarker(`a = 1\n${MARKER}`, 'main'), 'a = 1\n')
})
