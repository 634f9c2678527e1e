import t from 'tap'
import { linksIn } from '../../src/gateway/links.js'

const addresses = (text: string, isHtml = false): readonly string[] =>
  linksIn(text, isHtml).map(({ url }) => url.href)

t.test('links in texts', async t => {
  const cases: [string, string, string[]][] = [
    ['none', 'a text: nothing', []],
    ['one', 'siehe https://a.example/x?id=1.', ['https://a.example/x?id=1']],
    ['in brackets', '<https://a.example/x>', ['https://a.example/x']],
    ['no link', 'https://', []],
  ]
  for (const [name, text, want] of cases) t.same(addresses(text), want, name)
})

t.test('links in HTML are where they lead to, not what they say', async t => {
  t.same(addresses('<a href=" https://a.example/x ">https://b.example/</a>', true), [
    'https://a.example/x',
  ])
  t.same(addresses('<a>x</a><a href="mailto:a">x</a><a href="#a">y</a>', true), ['mailto:a'])
  t.equal(addresses('<a href="https://a.example/x">'.repeat(2000), true).length, 1000)
})
