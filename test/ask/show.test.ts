import t from 'tap'
import { recipientsLine, timeText } from '../../src/ask/show.js'

t.test('recipients are named up to a number, in one line', async t => {
  const recipients = ['a@x.example', 'b\n@x.example', 'c@x.example']
  t.equal(recipientsLine({ recipients }), 'a@x.example, b @x.example, c@x.example')
  t.equal(recipientsLine({ recipients }, 1), 'a@x.example (+2)')
})

t.test('times are written as people of the language do', async t => {
  const at = Date.UTC(2026, 10, 30, 14, 5)
  t.equal(timeText(at, 'de', 'UTC'), '30.11.2026, 14:05 UTC')
  t.equal(timeText(at, 'en', 'UTC'), '30/11/2026, 14:05 UTC')
  t.match(timeText(at, 'fr', 'UTC'), /^30\.11\.2026.*14:05/)
  t.equal(timeText(at, 'it', 'UTC'), '30/11/2026, 14:05 UTC')
})
