import t from 'tap'
import { command as cancel } from '../../../src/cli/commands/cancel.js'
import { command as release } from '../../../src/cli/commands/release.js'
import { command as waiting } from '../../../src/cli/commands/waiting.js'
import { decideWaiting } from '../../../src/cli/decide-waiting.js'
import { parseConfig } from '../../../src/config/load.js'
import type { RunPostfix } from '../../../src/postfix/run.js'
import type { Waiting, WaitingEntry } from '../../../src/store/transit.js'
import { storeBench } from '../../support/store-commands.js'

const ENTRY: WaitingEntry = {
  key: 'k1',
  customer: 'default',
  reference: '0123456789abcdefghij',
  sender: 'anna@in.example',
  recipient: 'bob@x.example',
  domain: 'x.example',
  why: 'hold',
  queueId: undefined,
  since: Date.UTC(2026, 10, 24, 8),
  until: Date.UTC(2026, 10, 24, 20),
  at: Date.UTC(2026, 10, 24, 8),
}

void t.test('who waits is listed, released and cancelled, on record', async t => {
  const list = storeBench(t, waiting)
  t.match(await list.run('waiting'), { out: '', err: /no store/, exit: 0 })
  await list.prepare(async store => {
    await store.wait(ENTRY)
    await store.wait({ ...ENTRY, key: 'k2', recipient: 'eva@x.example', why: 'wait' })
  })
  const all = await list.run('waiting')
  t.match(all.out, /0123456789abcdefghij {2}anna@in\.example to bob@x\.example/)
  t.match(all.out, /on hold, to be released or cancelled; queue id not known yet/)
  t.match(all.out, /since 2026-11-24T08:00Z, until 2026-11-24T20:00Z, tries: 1/)
  const held = await list.run('waiting', '--why', 'hold', '--json')
  t.match(JSON.parse(held.out), { recipient: 'bob@x.example', why: 'hold', tries: 1 })
})

void t.test('a release concerns one recipient or all, and is on record', async t => {
  const bench = storeBench(t, release)
  t.match(
    await bench.run('release', 'nothing', '--reason', 'seen'),
    { err: /no store/, exit: 0 },
    'nothing was ever recorded',
  )
  await bench.prepare(async store => {
    await store.wait(ENTRY)
    await store.wait({ ...ENTRY, key: 'k2', recipient: 'eva@x.example' })
  })
  const id = ENTRY.reference
  t.match(await bench.run('release', 'nothing', '--reason', 'seen'), {
    err: /Nobody waits under nothing/,
    exit: 65,
  })
  t.not((await bench.run('release', id)).exit, 0, 'a reason is wanted')
  const one = await bench.run('release', id, '--recipient', 'eva@x.example', '--reason', 'seen')
  t.match(one, { err: /eva@x\.example released/, exit: 0 })
  await bench.prepare(async store => {
    t.match(await store.waiting('k1'), { verdict: undefined })
    t.match(await store.waiting('k2'), { verdict: 'released', reason: 'seen' })
    const [note] = await store.listAudit('*')
    t.match(note?.detail ?? '', /seen/)
  })
})

void t.test('a cancelled message is noted as such', async t => {
  const bench = storeBench(t, cancel)
  await bench.prepare(store => store.wait(ENTRY))
  const result = await bench.run('cancel', ENTRY.reference, '--reason', 'wrong', '--json')
  t.match(JSON.parse(result.out), { verdict: 'cancelled', since: '2026-11-24T08:00:00.000Z' })
  await bench.prepare(async store => t.match(await store.waiting('k1'), { verdict: 'cancelled' }))
})

void t.test('Postfix is asked to try at once; that it cannot is said and no error', async t => {
  const err = t.capture(process.stderr, 'write', () => true)
  const config = parseConfig('', undefined)
  const row = { ...ENTRY, queueId: 'AAAAA1', tries: 1, lastTry: 0 } as unknown as Waiting
  const store = { decideWaiting: async () => [row] }
  const choice = { id: 'x', customer: '*', recipient: undefined, reason: 'r', json: false }
  const asked: string[] = []
  const answer =
    (code: number): RunPostfix =>
    async (_, args) => {
      asked.push(args.join(' '))
      return { code, stdout: '', stderr: '' }
    }
  await decideWaiting('released', choice, store, config, answer(0))
  await decideWaiting('released', choice, store, config, answer(69))
  const missing: RunPostfix = () => Promise.reject(new Error('is not there'))
  await decideWaiting('released', choice, store, config, missing)
  const said = err().map(({ args }) => String(args[0]))
  err.restore()
  t.same(asked, ['-i AAAAA1', '-i AAAAA1'])
  t.match(said, [
    /released/,
    /released/,
    /does not try AAAAA1 at once/,
    /released/,
    /was not asked to try AAAAA1 at once: is not there/,
  ])
})
