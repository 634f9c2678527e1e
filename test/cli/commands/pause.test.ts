import t from 'tap'
import { command as pause } from '../../../src/cli/commands/pause.js'
import { command as resume } from '../../../src/cli/commands/resume.js'
import { storeBench } from '../../support/store-commands.js'

void t.test('outgoing mail is stopped and goes on, with a reason on record', async t => {
  const bench = storeBench(t, [pause, resume])
  t.not((await bench.run('pause')).exit, 0, 'a reason is wanted')
  t.match(await bench.run('pause', '--reason', 'ticket 4711'), { err: /waits/, exit: 0 })
  await bench.prepare(async store => t.equal(await store.paused(), true))
  t.match(await bench.run('resume', '--reason', 'done'), { err: /goes on/, exit: 0 })
  await bench.prepare(async store => {
    t.equal(await store.paused(), false)
    const notes = await store.listAudit('*')
    t.match(
      notes.map(({ detail }) => detail),
      [/done/, /ticket 4711/],
    )
  })
})
