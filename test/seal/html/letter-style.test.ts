import t from 'tap'
import { readStyle, writeStyle } from '../../../src/seal/html/letter-style.js'
import { clinicMail, sampleOrder } from '../../support/seal-samples.js'

const STYLE = sampleOrder(clinicMail()).style
const LOGO = `data:image/png;base64,${'iVBORw0KGgo'.repeat(300)}A==`

t.test('a style is written in ASCII with short lines and read again', async t => {
  const text = writeStyle({ ...STYLE, company: 'Zürich – </script> & "Co"', logo: LOGO }, 'fr')
  t.notMatch(text, /[^\n\x20-\x7e]|[<>&]/)
  t.ok(Math.max(...text.split('\n').map(({ length }) => length)) < 990)
  const style = readStyle(text)
  t.match(style, { company: 'Zürich – </script> & "Co"', language: 'fr', colour: '#0b6e6e' })
  t.equal(style?.logo.join(''), LOGO)
})

t.test('what is no logo, no colour and no single line does not get in', async t => {
  const logos = [
    'https://in.example/logo.png',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:text/html;base64,PHN2Zz4=',
    'data:image/png;base64,"><script>',
    `data:image/png;base64,${'A'.repeat(140_000)}`,
  ]
  for (const logo of logos)
    t.same(readStyle(writeStyle({ ...STYLE, logo }, 'de'))?.logo, [], logo.slice(0, 40))
  const odd = { ...STYLE, colour: 'red;}', company: 'a\r\nb', contact: 'x'.repeat(500) }
  t.match(readStyle(writeStyle(odd, 'de')), {
    colour: '#1a4f8b',
    company: 'a b',
    contact: 'x'.repeat(120),
  })
})

t.test('another style than ours is none', async t => {
  const text = writeStyle(STYLE, 'de')
  const cases = [
    '',
    '{}',
    '[]',
    text.replace('#0b', 'x'),
    text.replace('"company"', '"name"'),
    text.slice(1),
  ]
  for (const one of cases) t.equal(readStyle(one), undefined, one.slice(0, 30))
  t.equal(readStyle(text.replace('"logo": []', '"logo": ["https://x"]')), undefined)
})
