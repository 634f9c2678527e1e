import t from 'tap'
import { foldText as fold, wordsOf } from '../../src/classification/fold-text.js'

const foldText = (text: string): string => fold(text).text

await t.test('a folded text', t => {
  const cases: [string, string, string][] = [
    ['that is plain stays', 'AHV 756.9217', 'ahv 756.9217'],
    ['has one sort of space', '1\u00a02\u20093\u202f4\u30005\t 6', '1 2 3 4 5 6'],
    ['has one sort of dash', '1\u20102\u20133\u22124', '1-2-3-4'],
    ['has one sort of point', '1\u00b72\u20244', '1.2.4'],
    ['has one sort of line end', '1\r\n2\r3\u20284 \n 5', '1\n2\n3\n4\n5'],
    ['has the digits of ASCII', '\uff17\uff15\uff16 \u{1d7d5}\u{1d7d3}', '756 75'],
    ['has no characters that show nothing', '7\u200b5\u00ad6\ufeff\u2060\u200e.', '756.'],
    ['has no accents', 'numéro crédit für Straße e\u0301', 'numero credit fur strasse e'],
    ['has no marks of quoted mail', '> > 756\n> 9217\n>> 0769', '756\n9217\n0769'],
    ['keeps a footnote apart from the digits before it', '85\u00b9 \u2460', '85\u0001 \u0001'],
    ['has one stand-in for other characters', '7\u4e005 \ud800\udc00', '7\u00015 \u0001'],
    [
      'has Latin letters for those that look the same',
      'Кrаnkеngеѕсhiсhtе ΑΗV',
      'krankengeschichte ahv',
    ],
    ['has two line ends at most', 'a\n\n \n\nb', 'a\n\nb'],
    ['has no addresses', 'to anna@example.org or https://a.ch/b', 'to \u0001 or \u0001'],
  ]
  for (const [name, text, want] of cases) t.equal(foldText(text), want, name)
  t.end()
})

await t.test('the words of a folded text stand between single spaces', t => {
  const cases: [string, string][] = [
    ['Numéro d’assuré:', ' numero d assure '],
    ['AHV-Nr. 12', ' ahv nr 12 '],
    ['CVV2', ' cvv2 '],
    ['', '  '],
  ]
  for (const [text, want] of cases) t.equal(wordsOf(foldText(text)), want, text)
  t.end()
})

await t.test('lines say where they begin, whether they are quoted, and behind a gap', t => {
  const { lines } = fold('a\n\n> b\n> > c\n\nd > e')
  t.same(lines, { starts: [0, 3, 5, 8], flags: [0, 3, 1, 2] })
  t.end()
})
