import t from 'tap'
import { MessageError } from '../../src/message/message-error.js'

await t.test('an error carries its code and its cause', t => {
  const cause = new Error('cause')
  const error = new MessageError('ERR_MESSAGE_EDIT', 'text', { cause })
  t.match(error, { name: 'MessageError', code: 'ERR_MESSAGE_EDIT', message: 'text', cause })
  t.ok(error instanceof Error)
  t.end()
})
