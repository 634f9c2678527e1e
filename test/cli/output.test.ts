import t from 'tap'
import { printable } from '../../src/cli/output.js'

t.test('text from outside cannot move the cursor, turn the line around or run on', async t => {
  const cases: [text: string, want: string][] = [
    ['Zürich 3 %', 'Zürich 3 %'],
    ['a\u001b[2Jb\r\nc', 'a\\u001b[2Jb\\u000d\\u000ac'],
    ['x\u202egnp.exe', 'x\\u202egnp.exe'],
    ['x'.repeat(300), `${'x'.repeat(199)}…`],
  ]
  for (const [text, want] of cases) t.equal(printable(text), want)
})
