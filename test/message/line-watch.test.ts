import t from 'tap'
import { LineWatch } from '../../src/message/line-watch.js'

const LINE = `${'x'.repeat(998)}\r\n`

const CASES: readonly [name: string, input: string, want: string][] = [
  ['short lines', 'a\r\nb\r\n'.repeat(1000), ''],
  ['lines of 998 bytes', LINE.repeat(5), ''],
  ['a line of 999 bytes', `ab\n${LINE}x${LINE}`, 'long-line 1003'],
  ['a line without end', 'x'.repeat(5000), 'long-line 0'],
  ['a last line of 998 bytes without a break', `a\n${'x'.repeat(998)}`, ''],
  ['NUL, once', 'ab\0\0', 'nul-in-body 2'],
]

await t.test('bodies, in any chunks', t => {
  for (const [name, input, want] of CASES) {
    for (const size of [1, 7, 999, 100_000]) {
      const told: string[] = []
      const watch = new LineWatch((id, at) => told.push(`${id} ${at}`))
      const bytes = Buffer.from(`..${input}`)
      watch.restart(0, false)
      for (let at = 2; at < bytes.length; at += size) {
        watch.pass(bytes, at, Math.min(bytes.length, at + size), -2)
      }
      t.equal(told.join(), want, `${name}, by ${size}`)
    }
  }
  t.end()
})

await t.test('a binary part has neither lines nor forbidden bytes', t => {
  const told: string[] = []
  const watch = new LineWatch(id => told.push(id))
  watch.restart(0, true)
  watch.pass(Buffer.alloc(3000), 0, 3000, 0)
  t.same(told, [])
  watch.restart(3000, false)
  watch.pass(Buffer.alloc(3000), 0, 3000, 3000)
  t.same(told, ['nul-in-body', 'long-line'])
  t.end()
})
