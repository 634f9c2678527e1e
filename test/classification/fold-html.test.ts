import t from 'tap'
import { foldHtml } from '../../src/classification/fold-html.js'
import { Folder } from '../../src/classification/folder.js'

function htmlWords(html: string, slice = html.length): string {
  const folder = new Folder(0)
  const read = foldHtml(html, folder)
  for (let at = 0; at < html.length; at += slice) read(at, Math.min(at + slice, html.length))
  return folder.finish().text
}

await t.test('the words of an HTML text', t => {
  const cases: [string, string, string][] = [
    ['are its text', 'AHV 756', 'ahv 756'],
    ['go through elements of the text', '75<b>6.92</b><span class="x">17</span>', '756.9217'],
    ['break at blocks and cells', '<td>756</td>\n  <td>9217</td>', '756\n9217\n'],
    ['break at line breaks', '756<br>9217<br/>0769', '756\n9217\n0769'],
    ['have their entities decoded', '75&#54;&#46;9&#x32;17&nbsp;&shy;0', '756.9217 0'],
    ['have the white space of the source as one', 'a\n   b\t c', 'a b c'],
    ['hold no style sheets', '<style>p { x: 7569217076985 }</style>AHV', 'ahv'],
    ['hold no addresses of links', '<a href="https://x/7569217076985">here</a>', 'here'],
    ['hold comments, whatever their end', 'a<!-->b<!-- 7 --!>c', 'abc\n7\n'],
    ['hold comments', 'a<!-- 756 -->b', 'ab\n756\n'],
    ['hold telling attributes', '<img alt="AHV &#55;56" width=1>', 'ahv 756\n'],
    ['hold those without quotation marks', '<input value=756>', '756\n'],
    ['end where a tag is not closed', 'AHV 756<b', 'ahv 756'],
    ['hold a lone ampersand and bracket', '7 & 5 < 6', '7 & 5 < 6'],
  ]
  for (const [name, html, want] of cases) {
    t.equal(htmlWords(html), want, name)
    t.equal(htmlWords(html, 1), want, `${name}, read character by character`)
  }
  t.end()
})

await t.test('elements inside each other without end are read', t => {
  t.equal(htmlWords(`${'<b>'.repeat(50_000)}756`), '756')
  t.equal(htmlWords(`${'<div>'.repeat(50_000)}756`), '756')
  t.end()
})
