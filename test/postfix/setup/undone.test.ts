import t from 'tap'
import { undoneService, undoneSetting } from '../../../src/postfix/setup/undone.js'

await t.test('a setting that nobody has touched is put back', async t => {
  const entry = { before: 'a =\n  old\n', after: 'a = ours\n' }
  t.same(undoneSetting(entry, 'a = ours\n'), { text: 'a =\n  old\n', how: 'put-back' })
  t.same(undoneSetting(entry, 'a =\n ours\n'), { text: 'a =\n  old\n', how: 'put-back' })
  t.same(undoneSetting({ ...entry, before: null }, 'a = ours\n'), {
    text: undefined,
    how: 'put-back',
  })
  t.same(undoneSetting(entry, undefined), { text: undefined, how: 'put-back' }, 'it is gone')
})

await t.test('a setting that was changed since stays', async t => {
  t.same(undoneSetting({ before: null, after: 'a = ours\n' }, 'a = theirs\n'), {
    text: 'a = theirs\n',
    how: 'left',
  })
})

await t.test('of a list that was changed since only our entry goes', async t => {
  const after = 'smtpd_milters = { unix:/o, x=y }, unix:/a\n'
  const cases: [now: string, before: string | null, want: string | undefined][] = [
    [
      'smtpd_milters = { unix:/o, x=y }, unix:/a, unix:/b\n',
      null,
      'smtpd_milters = unix:/a, unix:/b\n',
    ],
    ['smtpd_milters = unix:/b unix:/o\n', null, 'smtpd_milters = unix:/b\n'],
    ['smtpd_milters = unix:/o\n', null, undefined],
    ['smtpd_milters = unix:/o\n', 'smtpd_milters = unix:/a\n', 'smtpd_milters =\n'],
  ]
  for (const [now, before, text] of cases)
    t.same(undoneSetting({ before, after }, now), { text, how: 'taken-out' }, now)
  const without = 'smtpd_milters = unix:/b\n'
  t.same(undoneSetting({ before: null, after }, without), { text: without, how: 'left' })
})

await t.test('a service of ours goes, unless it was changed', async t => {
  const entry = { before: null, after: 'qtls unix - - n - - smtp\n  -o a=1\n' }
  t.same(undoneService(entry, entry.after), { text: undefined, how: 'put-back' })
  t.same(undoneService(entry, undefined), { text: undefined, how: 'put-back' })
  const changed = `${entry.after}  -o b=2\n`
  t.same(undoneService(entry, changed), { text: changed, how: 'left' })
})

await t.test(
  'a service of others loses the option that setup gave it, whatever else changed',
  async t => {
    const plain = 'sub inet n - y - - smtpd\n'
    const milters = (value: string) => `${plain}  -o { smtpd_milters = ${value} }\n`
    const given = { before: milters('unix:/a b'), after: milters('unix:/o, unix:/a b') }
    const cases: [name: string, entry: typeof given, now: string, text: string, how: string][] = [
      ['untouched', given, given.after, given.before, 'put-back'],
      [
        'another option',
        given,
        `${given.after}  -o x=1\n`,
        `${given.before}  -o x=1\n`,
        'put-back',
      ],
      ['another milter', given, milters('unix:/o, unix:/c d'), milters('unix:/c, d'), 'taken-out'],
      ['our milter is gone', given, milters('unix:/c d'), milters('unix:/c d'), 'left'],
      ['the option is gone', given, plain, plain, 'put-back'],
      [
        'it had none before',
        { before: plain, after: milters('unix:/o, x') },
        `${milters('unix:/o, x')}  -o y=1\n`,
        `${plain}  -o y=1\n`,
        'put-back',
      ],
    ]
    for (const [name, entry, now, text, how] of cases)
      t.same(undoneService(entry, now), { text, how }, name)
  },
)
