import fc from 'fast-check'
import t from 'tap'
import { parseServices } from '../../src/postfix/services.js'

const LINE =
  'foo        unix  -       n       y       60?     20      smtp -v -o syslog_name=postfix/$service_name -o {smtpd_milters={ unix:/x, default_action=tempfail } unix:y} -o empty='

await t.test('a line of postconf -M becomes a service', async t => {
  const [service, ...others] = parseServices(`${LINE}\n`)
  t.same(others, [])
  t.match(service, {
    name: 'foo',
    type: 'unix',
    private: '-',
    unprivileged: 'n',
    chroot: 'y',
    wakeup: '60?',
    processLimit: '20',
    command: 'smtp',
  })
  t.same(service?.args.slice(0, 3), ['-v', '-o', 'syslog_name=postfix/$service_name'])
  t.same(
    [...(service?.options ?? [])],
    [
      ['syslog_name', 'postfix/$service_name'],
      ['smtpd_milters', '{ unix:/x, default_action=tempfail } unix:y'],
      ['empty', ''],
    ],
  )
})

await t.test('options in every form that Postfix takes', async t => {
  const cases: [args: string, want: [string, string][]][] = [
    ['', []],
    ['-o', []],
    ['-o word', []],
    ['-o a=b=c', [['a', 'b=c']]],
    ['-o { a = b  c }', [['a', 'b  c']]],
    ['-o {a=}', [['a', '']]],
    ['-o a=1 -o a=2', [['a', '2']]],
    ['-v -o a=${b?{c d}:{e}}', [['a', '${b?{c d}:{e}}']]],
  ]
  for (const [args, want] of cases) {
    const [service] = parseServices(`x inet n - n - - smtpd ${args}`)
    t.same([...(service?.options ?? [])], want, args)
  }
})

await t.test('an -o of a program that pipe(8) runs is none of Postfix', async t => {
  const line = 'p unix - n n - - pipe flags=R -o a=1 user=x argv=/bin/x -o b=2 ${recipient}'
  const [service] = parseServices(line)
  t.same([...(service?.options ?? [])], [['a', '1']])
  const [other] = parseServices('p unix - n n - - smtp argv=x -o b=2')
  t.same([...(other?.options ?? [])], [['b', '2']])
})

await t.test('a line cut anywhere is no service or one with fewer words', async t => {
  const [whole] = parseServices(LINE)
  let seen = 0
  for (let length = 0; length < LINE.length; length++) {
    const [cut] = parseServices(LINE.slice(0, length))
    if (cut === undefined) continue
    t.ok(cut.args.length <= (whole?.args.length ?? 0))
    t.ok(whole?.command.startsWith(cut.command))
    seen++
  }
  t.ok(seen > 0)
})

await t.test('any text is read without an error', async t => {
  fc.assert(fc.property(fc.string(), text => parseServices(text).length <= text.length))
  t.same(parseServices('a b c d e f g'), [], 'a service has a command')
})
