import t from 'tap'
import { inTurn } from '../../../src/postfix/doctor/in-turn.js'
import { readViews } from '../../../src/postfix/doctor/read-views.js'
import type { RunPostfix } from '../../../src/postfix/run.js'
import { parseServices } from '../../../src/postfix/services.js'

t.test('postconf puts the options of each service in', async t => {
  const asked: (readonly string[])[] = []
  const run: RunPostfix = async (_, args) => {
    asked.push(args)
    return { code: 0, stdout: `mynetworks = ${args.at(-1)}\n`, stderr: '' }
  }
  const services = parseServices(
    [
      'smtp inet n - n - - smtpd',
      '127.0.0.1:10026 inet n - n - - smtpd -o a=b -o {c = d e}',
      'qtls unix - - n - - smtp -o f=$g',
      'pipe unix - n n - - pipe -o h=i argv=/x',
    ].join('\n'),
  )
  const views = await readViews(run, { services })
  t.strictSame(asked, [
    ['-x', '-o', 'a=b', '-o', 'c=d e'],
    ['-x', '-o', 'f=$g'],
  ])
  t.strictSame(
    [...views].map(([key, view]) => [key, view.get('mynetworks')]),
    [
      ['127.0.0.1:10026/inet', 'c=d e'],
      ['qtls/unix', 'f=$g'],
    ],
  )
})

t.test('a service that postconf refuses is an error', async t => {
  const run: RunPostfix = async () => ({ code: 1, stdout: '', stderr: 'fatal: bad' })
  const services = parseServices('x inet n - n - - smtpd -o a=b')
  await t.rejects(readViews(run, { services }), { code: 'ERR_POSTFIX_REFUSED' })
})

t.test('results come in the order of the items, a few are made at a time', async t => {
  let running = 0
  let most = 0
  const results = await inTurn([5, 1, 4, 2, 3, 0, 6, 7], async item => {
    running++
    most = Math.max(most, running)
    for (let turn = 0; turn < item; turn++) await Promise.resolve()
    running--
    return item * 10
  })
  t.strictSame(results, [50, 10, 40, 20, 30, 0, 60, 70])
  t.equal(most, 4)
  t.strictSame(await inTurn([], () => Promise.resolve(1)), [])
  await t.rejects(
    inTurn([1, 2], () => Promise.reject(new Error('no'))),
    { message: 'no' },
  )
})
