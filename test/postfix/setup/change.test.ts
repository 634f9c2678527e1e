import t from 'tap'
import { differenceOf, renderChanges, type Change } from '../../../src/postfix/setup/change.js'

const change = (before: string | undefined, after: string | undefined): Change => ({
  kind: 'setting',
  path: '/etc/postfix/main.cf',
  key: 'a',
  before,
  after,
})

await t.test('the lines of a difference', async t => {
  const cases: [before: string | undefined, after: string | undefined, want: string[]][] = [
    [undefined, 'a = 1\n', ['+a = 1']],
    ['a = 1\n', undefined, ['-a = 1']],
    ['a = 1\n', 'a = 2\n', ['-a = 1', '+a = 2']],
    ['x\n y\n z\n', 'x\n w\n z\n', [' x', '- y', '+ w', '  z']],
    ['x\n y\n', 'x\n y\n z\n', [' x', '  y', '+ z']],
    ['x\n x\n', 'x\n', [' x', '- x']],
    ['x', 'x\n', [' x']],
    [undefined, undefined, []],
  ]
  for (const [before, after, want] of cases) t.same(differenceOf(change(before, after)), want)
})

await t.test('changes are shown file by file', async t => {
  const lines = renderChanges([
    { kind: 'directory', path: '/q/postseal', key: '/q/postseal', before: undefined, after: '' },
    change('a = 1\n', 'a = 2\n'),
    { ...change('b = 1\n', undefined), key: 'b' },
  ])
  t.same(lines, [
    '--- /q/postseal',
    '+++ /q/postseal',
    '@@ directory (new) @@',
    '--- /etc/postfix/main.cf',
    '+++ /etc/postfix/main.cf',
    '@@ a @@',
    '-a = 1',
    '+a = 2',
    '@@ b (taken out) @@',
    '-b = 1',
  ])
})
