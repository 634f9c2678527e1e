import { createHash } from 'node:crypto'
import t from 'tap'
import { DATA_MARK, END_MARK, readerPage } from '../../../src/seal/html/page.js'

const { before, after, hash } = readerPage()
const PAGE = `${before}\n${after}\n`

t.test('the page says what it is at once, and leaves a place for the letter', async t => {
  t.equal(PAGE.indexOf('<!DOCTYPE html>\n<!--postseal letter 1-->\n'), 0)
  t.ok(before.endsWith(DATA_MARK))
  t.ok(after.startsWith(END_MARK))
  t.equal(PAGE.split(DATA_MARK).length, 2, 'the mark is nowhere else, not in a script either')
  t.equal(PAGE.split(END_MARK).length, 2)
  t.match(hash, /^[0-9a-f]{64}$/)
  t.equal(readerPage(), readerPage())
})

t.test('it is ASCII with short lines', async t => {
  t.notMatch(PAGE, /[^\n\x20-\x7e]/)
  t.notMatch(PAGE, /@\w+@/, 'and nothing is left to fill in')
  t.ok(Math.max(...PAGE.split('\n').map(({ length }) => length)) < 990)
  t.notMatch(PAGE, /^From /m)
})

t.test(
  'its policy allows its own two scripts and its style, and nothing from anywhere',
  async t => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(PAGE)?.[1] ?? ''
    const rules = new Map(policy.split('; ').map(rule => [rule.split(' ')[0], rule]))
    const hashes = (element: string): string[] =>
      [...PAGE.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))].map(
        ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
      )
    t.same(Object.fromEntries(rules), {
      'default-src': "default-src 'none'",
      'script-src': ['script-src', ...hashes('script')].join(' '),
      'style-src': ['style-src', ...hashes('style')].join(' '),
      'style-src-attr': "style-src-attr 'unsafe-inline'",
      'img-src': 'img-src data:',
      'form-action': "form-action 'none'",
      'base-uri': "base-uri 'none'",
    })
    t.equal(hashes('script').length, 2)
  },
)

t.test('it names no address from which anything could be loaded', async t => {
  t.notMatch(PAGE, /https?:/)
  t.notMatch(
    PAGE,
    /\bon\w+="|javascript:|\beval\(|innerHTML\s*=|document\.write|XMLHttpRequest|fetch\(/,
  )
})
