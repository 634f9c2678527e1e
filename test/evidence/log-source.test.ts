import t from 'tap'
import { pause } from '../../src/evidence/log-source.js'

void t.test('a pause ends with its time or with the signal', async t => {
  const ending = new AbortController()
  await pause(1, ending.signal)
  const long = pause(60_000, ending.signal)
  ending.abort()
  await long
  await pause(60_000, ending.signal)
  t.pass('none of them throws')
})
