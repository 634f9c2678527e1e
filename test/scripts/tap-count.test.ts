import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { ROOT } from '../support/tree-sources.js'

interface TapCount {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  read(line: string): void
}

const program = pathToFileURL(join(ROOT, 'scripts', 'test', 'tap-count.mjs')).href
const { createTapCount } = (await import(program)) as { createTapCount: () => TapCount }

const CASES: readonly (readonly [name: string, lines: readonly string[], want: object])[] = [
  ['nothing', ['TAP version 14', '1..0'], { passed: 0, failed: 0, skipped: 0 }],
  [
    'assertions count, the line that closes their subtest does not',
    ['    ok 1 - a', '    not ok 2 - b', '    1..2', 'not ok 1 - file', '1..1'],
    { passed: 1, failed: 1 },
  ],
  [
    'a subtest that failed although nothing in it did counts once',
    ['    ok 1 - a', '    1..2', 'not ok 1 - file # time=3ms', '1..1'],
    { passed: 1, failed: 1 },
  ],
  ['a file that crashed before its first assertion', ['not ok 1 - file', '1..1'], { failed: 1 }],
  [
    'three levels',
    [
      '        ok 1 - a',
      '        1..1',
      '    ok 1 - sub',
      '    ok 2 - b',
      '    1..2',
      'ok 1 - file',
    ],
    { passed: 2, failed: 0 },
  ],
  [
    'an empty subtest is no assertion',
    ['    1..0', 'ok 1 - file', 'ok 2 - other'],
    { passed: 1, failed: 0 },
  ],
  [
    'skipped and planned ones are neither',
    ['    ok 1 - a # SKIP no gpg', '    not ok 2 - b # todo later', '    1..2', 'ok 1 - file'],
    { passed: 0, failed: 0, skipped: 2 },
  ],
  [
    'what stands in a diagnostic block is text',
    [
      '    not ok 1 - a',
      '      ---',
      '      diff: |',
      '    ok 9 - forged',
      '      ...',
      'not ok 1 - f',
    ],
    { passed: 0, failed: 1 },
  ],
]

for (const [name, lines, want] of CASES) {
  await t.test(name, async t => {
    const count = createTapCount()
    for (const line of lines) count.read(line)
    t.match(count, want)
  })
}
