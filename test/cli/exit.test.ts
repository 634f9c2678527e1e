import t from 'tap'
import { UsageError, exitCodeOf } from '../../src/cli/exit.js'
import { GatewayError } from '../../src/errors.js'

t.test('the exit code says whose fault it was', async t => {
  const cases: [thrown: unknown, code: number][] = [
    [new UsageError('wrong'), 64],
    [new GatewayError('ERR_CONFIG_INVALID', { problems: 'x' }), 78],
    [new GatewayError('ERR_STORE_LOCKED', {}), 75],
    [new Error('what?'), 70],
    ['thrown text', 70],
  ]
  for (const [thrown, code] of cases) t.equal(exitCodeOf(thrown), code, String(thrown))
})
