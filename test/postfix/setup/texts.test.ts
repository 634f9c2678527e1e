import fc from 'fast-check'
import t from 'tap'
import {
  serviceIn,
  serviceText,
  valueIn,
  withOption,
  withoutOption,
} from '../../../src/postfix/setup/texts.js'

const TEXT = `submission inet n - y - - smtpd
  -o syslog_name=postfix/submission -v
#  -o smtpd_milters=commented
  -osmtpd_milters=unix:/a
  -o { content_filter = scan:[127.0.0.1]:10024 }
`

await t.test('a service is written one option a line, and read as it was', async t => {
  const service = serviceIn('x unix - - n - 7 smtp -v -o a=1 -o {b=2 3} -o c= -o {d={e}}')
  if (service === undefined) throw new Error('no service')
  const text = serviceText({ ...service, args: ['-v'] })
  t.equal(
    text,
    'x               unix  -    -    n    -    7    smtp -v\n  -o a=1\n  -o { b = 2 3 }\n  -o c=\n  -o { d = {e} }\n',
  )
  t.same([...(serviceIn(text)?.options ?? [])], [...service.options])
  t.equal(serviceIn('# nothing\n'), undefined)
})

await t.test('an option is set in its place, and everything else keeps its form', async t => {
  const cases: [name: string, value: string, want: string][] = [
    [
      'smtpd_milters',
      'unix:/b',
      TEXT.replace('-osmtpd_milters=unix:/a', '-o smtpd_milters=unix:/b'),
    ],
    [
      'smtpd_milters',
      '{ unix:/b, x=y } unix:/a',
      TEXT.replace('-osmtpd_milters=unix:/a', '-o { smtpd_milters = { unix:/b, x=y } unix:/a }'),
    ],
    [
      'content_filter',
      '',
      TEXT.replace('{ content_filter = scan:[127.0.0.1]:10024 }', 'content_filter='),
    ],
    ['new', '1', `${TEXT}  -o new=1\n`],
  ]
  for (const [name, value, want] of cases) {
    t.equal(withOption(TEXT, name, value), want)
    t.equal(serviceIn(want)?.options.get(name), value)
  }
  t.equal(withOption('x unix - - n - - smtp', 'a', '1'), 'x unix - - n - - smtp\n  -o a=1\n')
})

await t.test('of an option given twice the last counts', async t => {
  const text = 'x unix - - n - - smtp -o a=1 -o a=2\n'
  t.equal(withOption(text, 'a', '3'), 'x unix - - n - - smtp -o a=1 -o a=3\n')
})

await t.test('an option is taken out with its line', async t => {
  t.equal(withoutOption(TEXT, 'smtpd_milters'), TEXT.replace('  -osmtpd_milters=unix:/a\n', ''))
  t.equal(
    withoutOption(TEXT, 'syslog_name'),
    TEXT.replace('\n  -o syslog_name=postfix/submission -v', ' -v'),
  )
  t.equal(
    withoutOption('x unix - - n - - smtp -o a=1 -o b=2\n', 'b'),
    'x unix - - n - - smtp -o a=1\n',
  )
  t.equal(withoutOption(TEXT, 'nothing'), TEXT)
})

await t.test('a value over several lines, with comments between', async t => {
  t.equal(valueIn('a =\n  one,\n# no\n\n   two\n'), 'one, two')
  t.equal(valueIn('a='), '')
  t.equal(valueIn('a = b = c\n'), 'b = c')
})

await t.test('what is set is there, and taken out it is gone', async t => {
  const value = fc.string({ unit: fc.constantFrom('a', ' ', ':', '/', '=', ','), maxLength: 10 })
  fc.assert(
    fc.property(value, written => {
      const want = written.trim().replace(/ +/g, ' ')
      const text = withOption(TEXT, 'new_option', want)
      return (
        serviceIn(text)?.options.get('new_option') === want &&
        withoutOption(text, 'new_option') === TEXT
      )
    }),
  )
  t.equal(serviceIn(TEXT)?.options.size, 3)
})
