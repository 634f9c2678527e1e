import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from '../../../src/cli/commands/forecast.js'
import { storeBench } from '../../support/store-commands.js'

const LOG = `Nov 30 10:00:01 mx postfix/smtp[12]: 4AC1AB: to=<bob@new.example>, relay=mx.new.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
Nov 30 10:00:02 mx postfix/smtp[12]: 4AC1AC: to=<eva@New.example>, relay=mx.new.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (try later)
Nov 30 10:00:03 mx postfix/smtp[12]: 4AC1AC: to=<eva@New.example>, relay=mx.new.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
Nov 30 10:00:04 mx postfix/smtp[12]: 4AC1AD: to=<x@other.example>, relay=127.0.0.1[127.0.0.1]:10026, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)
Nov 30 10:00:05 mx postfix/local[12]: 4AC1AE: to=<root@in.example>, relay=local, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered)
Nov 30 10:00:06 mx postfix/qmgr[13]: 4AC1AC: removed
this is no line of a log
`

t.test('messages of a log and of a list are counted by domain', async t => {
  const bench = storeBench(t, command)
  const log = join(bench.directory, 'mail.log')
  writeFileSync(log, LOG)
  const told = await bench.run('forecast', log, '--json')
  const lines = told.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  t.match(lines, [
    { profile: 'bsi-compatible', shares: { waiting: { domains: 1, messages: 2 } }, untested: 1 },
    { profile: 'bsi-2026', shares: { waiting: { domains: 1, messages: 2 } } },
  ])
  t.match(told.err, /1 of 1 domains have not been looked at/)
  t.match(told.err, /1 lines are neither/)
  const list = join(bench.directory, 'list.csv')
  writeFileSync(list, 'domain,messages\na.example,3\n"b.example";"4"\nbob@c.example\n# x\n')
  const text = await bench.run('forecast', list, '--profile', 'bsi-2026')
  t.match(text, { exit: 0, out: /waiting +100\.0 % of domains \(3 of 3\).*8 of 8/ })
  t.match(text.out, 'MTA-STS authenticates the names of servers, not their addresses')
  t.notMatch(text.out, 'bsi-compatible')
  await bench.prepare(async store => {
    const set = { customer: '*', level: 'qualified', by: 'x', reason: 'x' } as const
    await store.setLevel({ ...set, domain: 'a.example' })
  })
  const set = await bench.run('forecast', list, '--profile', 'bsi-2026')
  t.match(set.out, /qualified +33\.3 % of domains \(1 of 3\).*3 of 8/)
  t.match(set.err, /2 of 3 domains have not been looked at/)
  t.match(await bench.run('forecast', '/nowhere'), { exit: 64, err: /cannot read \/nowhere/ })
})
