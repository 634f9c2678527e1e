import t from 'tap'
import { outsideText } from '../../src/qtls/outside-text.js'

await t.test('control characters and changes of direction are shown as what they are', async t => {
  t.equal(outsideText('a\u001b[31m\r\n\u202e\u200bb'), 'a\\u001b[31m\\u000d\\u000a\\u202e\\u200bb')
  t.equal(outsideText('plain äöü'), 'plain äöü')
})

await t.test('a text is cut, with what it grows by', async t => {
  t.equal(outsideText('a'.repeat(300), 10), 'aaaaaaaaaa')
  t.equal(outsideText('\u0000'.repeat(300), 10), '\\u0000\\u0…')
})
