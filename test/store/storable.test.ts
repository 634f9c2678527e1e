import t from 'tap'
import { storable, storableRow } from '../../src/store/storable.js'

const CASES: readonly (readonly [text: string | null | undefined, want: string | null])[] = [
  ['a\0b\0', 'a\ufffdb\ufffd'],
  ['\ud800', '\ufffd'],
  ['a\udc00b', 'a\ufffdb'],
  ['\u{1f512} Grüße\r\n', '\u{1f512} Grüße\r\n'],
  ['', ''],
  [null, null],
  [undefined, null],
]

for (const [text, want] of CASES) {
  void t.test(`${JSON.stringify(text)} is kept as ${JSON.stringify(want)}`, async t => {
    t.equal(storable(text), want)
  })
}

void t.test('only the texts of a row are changed', async t => {
  t.strictSame(storableRow({ a: 'x\0', b: 1, c: null }), { a: 'x\ufffd', b: 1, c: null })
})
