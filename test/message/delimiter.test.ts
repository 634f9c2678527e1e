import t from 'tap'
import { matchDelimiter, MAX_DELIMITER_LINE } from '../../src/message/delimiter.js'

type Case = [name: string, line: string, boundaries: (string | undefined)[], want: string]

/** Wanted: index, `end` for an end boundary, `collision`, or `prefix` and the index. */
const CASES: readonly Case[] = [
  ['the boundary', '--b\r\n', ['b'], '0'],
  ['LF', '--b\n', ['b'], '0'],
  ['no line break', '--b', ['b'], '0'],
  ['the end', '--b--\r\n', ['b'], '0 end'],
  ['padding', '--b-- \t\r\n', ['b'], '0 end'],
  ['another boundary', '--c\r\n', ['b'], 'none'],
  ['more after it', '--bc\r\n', ['b'], 'prefix 0'],
  ['more after the end', '--b--c\r\n', ['b'], 'prefix 0'],
  ['one hyphen after it', '--b-\r\n', ['b'], 'prefix 0'],
  ['less than it', '--b\r\n', ['bc'], 'none'],
  ['nothing', '--\r\n', ['b'], 'none'],
  ['the innermost of two', '--b\r\n', ['a', 'b'], '1'],
  ['the longer one', '--bc\r\n', ['bc', 'b'], '0'],
  ['both', '--b\r\n', ['b', 'b'], '1 collision'],
  ['a boundary that looks like the end of another', '--b--\r\n', ['b', 'b--'], '1 collision'],
  ['parts without a boundary', '--b\r\n', [undefined, 'b', undefined], '1'],
  ['a boundary with a space inside', '--b c\r\n', ['b c'], '0'],
  ['a line that is too long', `--b${' '.repeat(MAX_DELIMITER_LINE)}\r\n`, ['b'], 'prefix 0'],
]

await t.test('lines and boundaries', t => {
  for (const [name, line, boundaries, want] of CASES) {
    const bytes = Buffer.from(`xx${line}yy`)
    const known = boundaries.map(text => (text === undefined ? undefined : Buffer.from(text)))
    const match = matchDelimiter(bytes, 2, bytes.length - 2, known)
    const told = [
      match.index ?? (match.prefixOf === undefined ? 'none' : `prefix ${match.prefixOf}`),
      ...(match.isEnd ? ['end'] : []),
      ...(match.isCollision ? ['collision'] : []),
    ]
    t.equal(told.join(' '), want, name)
  }
  t.end()
})
