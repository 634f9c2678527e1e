import { text } from 'node:stream/consumers'
import t from 'tap'
import { startJournal } from '../../src/evidence/journal-process.js'

/** A program in the place of journalctl. */
const run = (script: string) => startJournal(['-e', script], process.execPath)

void t.test('what it prints, and that it ended well', async t => {
  const journal = run('console.log("{}")')
  t.equal(await text(journal.output), '{}\n')
  t.equal(await journal.ended, undefined)
  await journal.stop()
})

void t.test('what it complains about', async t => {
  const complaining = run('console.error("Failed to seek\\u001b to cursor"); process.exitCode = 1')
  complaining.output.resume()
  t.equal(await complaining.ended, 'Failed to seek\\u001b to cursor')
  const silent = run('process.exitCode = 3')
  silent.output.resume()
  t.equal(await silent.ended, 'it ended with 3')
  const missing = startJournal([], '/nowhere/journalctl')
  t.match(await missing.ended, /ENOENT/)
  await missing.stop()
})

void t.test('it is ended while it still has much to say', async t => {
  const journal = run('setInterval(() => console.log("x".repeat(100_000)), 1)')
  await new Promise(resolve => journal.output.once('readable', resolve))
  await journal.stop()
  t.equal(await journal.ended, 'it ended with SIGTERM')
})
