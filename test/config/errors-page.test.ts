import t from 'tap'
import { errorsPage } from '../../src/config/errors-page.js'

void t.test('codes stand in order, each with what to do', async t => {
  const kind = { text: '{what} | broke', temporary: true, exit: 75, remedy: 'Wait.' } as const
  const rows = errorsPage({ ERR_B: kind, ERR_A: { ...kind, temporary: false, exit: 78 } })
    .split('\n')
    .filter(line => line.startsWith('| `'))
  t.strictSame(rows, [
    '| `ERR_A` | {what} \\| broke | no | 78 | Wait. |',
    '| `ERR_B` | {what} \\| broke | yes | 75 | Wait. |',
  ])
})
