import t from 'tap'
import { parseAssumptions } from '../../src/cli/assumptions.js'
import { UsageError } from '../../src/cli/exit.js'

t.test('a level is assumed for a domain, in any spelling', async t => {
  const levels = parseAssumptions(['Example.NET=qualified', 'zürich.example=internal'])
  t.strictSame(
    [...levels],
    [
      ['example.net', 'qualified'],
      ['xn--zrich-kva.example', 'internal'],
    ],
  )
})

t.test('anything else is a mistake on the command line', async t => {
  for (const text of ['example.net', '=qualified', 'example.net=good', 'example.net=']) {
    t.throws(() => parseAssumptions([text]), UsageError, text)
  }
})
