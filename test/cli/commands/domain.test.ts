import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/domain.js'
import { storeBench } from '../../support/store-commands.js'

void t.test('a level is set, listed, and its history told', async t => {
  const bench = storeBench(t, command)
  const nothing = await bench.run('domain', 'list')
  t.match(nothing, { out: '', err: /no store .* yet/, exit: 0 })
  const set = await bench.run(
    'domain',
    'set',
    'Example.NET',
    'qualified',
    '--reason',
    'a contract',
    '--until',
    '2027-01-31',
  )
  t.match(set, { out: '', err: /qualified for all customers/, exit: 0 })
  await bench.run('domain', 'set', 'example.net', 'none', '--reason', 'x', '--customer', 'clinic')
  const list = await bench.run('domain', 'list', '--json')
  t.match(
    list.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
    [
      {
        customer: '*',
        domain: 'example.net',
        level: 'qualified',
        until: '2027-01-31T00:00:00.000Z',
      },
      { customer: 'clinic', domain: 'example.net', level: 'none', until: null, reason: 'x' },
    ],
  )
  const history = await bench.run('domain', 'history', 'example.net', '--customer', '*')
  t.match(
    history.out,
    /example\.net {2}none for clinic\n.* by .*: x\nexample\.net {2}qualified, until/,
  )
})

void t.test('wrong values end with what is wrong and the exit code of their kind', async t => {
  const bench = storeBench(t, command)
  const set = ['domain', 'set', 'example.net', 'qualified', '--reason', 'r']
  const cases: [args: string[], err: RegExp, exit: number][] = [
    [['domain', 'set', 'a b', 'none', '--reason', 'r'], /not a domain: "a b"/, 65],
    [[...set, '--until', '2027-02-31'], /not a time: "2027-02-31"/, 65],
    [[...set, '--customer', 'clinik'], /no customer clinik in the settings .*clinic/, 64],
    [[...set, '--match', '192.0.2.1'], /not a host name: "192\.0\.2\.1"/, 65],
    [['domain', 'import', '/nowhere/x.csv', '--reason', 'r'], /cannot read .*ENOENT/, 64],
  ]
  for (const [args, err, exit] of cases) t.match(await bench.run(...args), { err, exit })
  t.match(await bench.run('domain', 'set', 'example.net', 'best', '--reason', 'r'), {
    err: /Choices: .*"qualified"/,
  })
  t.match(await bench.run('domain', 'set', 'example.net', 'none'), { err: /reason/ })
})

void t.test('an import goes on after a bad line and ends with 65', async t => {
  const bench = storeBench(t, command)
  const file = join(bench.directory, 'list.csv')
  writeFileSync(file, 'a.example,qualified\r\nb.example,superb\r\nc.example,none,,"late, lame"\r\n')
  const result = await bench.run('domain', 'import', file, '--reason', 'list', '--json')
  t.equal(result.exit, 65)
  t.match(result.err, /2 levels set for all customers, 1 lines wrong/)
  t.match(
    result.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown),
    [{ line: 1 }, { line: 2, error: /superb/ }, { line: 3, level: 'none' }],
  )
  t.match((await bench.run('domain', 'list')).out, /late, lame/)
  writeFileSync(file, 'd.example\tmandatory\n')
  t.match(await bench.run('domain', 'import', file, '--reason', 'list'), { out: '', exit: 0 })
})

void t.test('host names and DANE are set, listed and imported with a level', async t => {
  const bench = storeBench(t, command)
  const names = ['--match', 'MX1.example.net', '--match', 'mx2.example.net']
  const set = ['domain', 'set', 'example.net', 'qualified', ...names, '--dane', '--reason', 'r']
  t.match(await bench.run(...set), { out: '', exit: 0 })
  const file = join(bench.directory, 'list.csv')
  writeFileSync(
    file,
    'a.example,qualified,2027-01-31,asked,mx.a.example mx.b.example\nb.example,qualified,,,,dane\n',
  )
  t.match(await bench.run('domain', 'import', file, '--reason', 'list'), { exit: 0 })
  const list = await bench.run('domain', 'list')
  t.match(
    list.out.split('\n').filter(line => !line.startsWith(' ')),
    [
      'a.example  qualified, match mx.a.example mx.b.example, until 2027-01-31T00:00Z',
      'b.example  qualified, dane',
      'example.net  qualified, match mx1.example.net mx2.example.net, dane',
    ],
  )
  const history = await bench.run('domain', 'history', 'example.net', '--json')
  t.match(JSON.parse(history.out), { match: ['mx1.example.net', 'mx2.example.net'], dane: true })
  t.match(await bench.run('domain', 'set', 'example.net', 'qualified', '--reason', 'again'), {
    exit: 0,
  })
  const plain = await bench.run('domain', 'history', 'example.net')
  t.match(plain.out, /^example\.net {2}qualified\n/, 'a level is set as a whole')
})

void t.test('a level is taken back, and one below a domain has a next hop of its own', async t => {
  const bench = storeBench(t, command)
  const hop = ['--next-hop', '[MX.example.org]:25', '--reason', 'r']
  const set = await bench.run('domain', 'set', '.example.net', 'mandatory', ...hop)
  t.match(set, { out: '', exit: 0 })
  t.match(
    (await bench.run('domain', 'list')).out,
    '.example.net  mandatory, by [mx.example.org]:25',
  )
  t.match(await bench.run('domain', 'unset', '.example.net', '--reason', 'over'), { exit: 0 })
  t.equal((await bench.run('domain', 'list')).out, '')
  t.match(await bench.run('domain', 'unset', '.example.net', '--reason', 'over'), {
    exit: 64,
    err: /has no level/,
  })
  const wrong = ['domain', 'set', 'a.example', 'mandatory', '--next-hop', 'mx.example.org']
  t.match(await bench.run(...wrong, '--reason', 'r'), { exit: 65, err: /not a next hop/ })
})
