import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import postseal from '../../../plugins/detect/postseal/index.js'
import html from '../../../plugins/seal/html/index.js'
import { packageRoot } from '../../../src/config/root.js'
import { detect, mailOf } from '../../support/detect-tools.js'

const FIXTURES = join(packageRoot(), 'test/fixtures/seal')
const LETTER = readFileSync(join(FIXTURES, 'letter-v1.html'), 'latin1')
const ANSWER = readFileSync(join(FIXTURES, 'answer-v1.html'), 'latin1')

const verdictOf = async (file: string): Promise<string | undefined> =>
  (await detect(postseal, mailOf(Buffer.from(file, 'latin1'), 'Content-Type: image/png')))[0]
    ?.verdict

/** A whole letter as it leaves, as one message. */
async function letterMail(change: (text: string) => string = text => text): Promise<Buffer> {
  const { fields, body } = await sealWith(html, mailFromText('Subject: Lohn\r\n\r\nDer Lohn\r\n'))
  const header = fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(change(`${header}\r\n${body.toString('latin1')}`), 'latin1')
}

t.test('letters and answers are known, whatever they are called', async t => {
  const cases: [string, string, string | undefined][] = [
    ['a letter', LETTER, 'encrypted'],
    ['an answer', ANSWER, 'encrypted'],
    ['a letter with LF line ends', LETTER.replaceAll('\r\n', '\n'), 'encrypted'],
    ['another page', '<!DOCTYPE html><p>hello</p>', undefined],
    [
      'a page that only says so',
      '<!DOCTYPE html>\n<!--postseal letter 1--><p>Befund</p>',
      'not-encrypted',
    ],
    ['a text in front', LETTER.replace('<main>', '<main><p>Befund</p>'), 'partial'],
    ['a text behind', `${LETTER}<p>Befund</p>`, 'partial'],
    ['a comment in the page', LETTER.replace('<main>', '<main><!--Befund-->'), 'partial'],
    ['another script', LETTER.replace("'use strict'", "'use strict';alert(1)"), 'partial'],
    ['a text in the style', LETTER.replace('"logo"', '"text": "Befund", "logo"'), 'partial'],
    ['a long text as company', LETTER.replace('Praxis am See', 'Befund '.repeat(30)), 'partial'],
    ['a text between the elements', LETTER.replace('<!--end-->', 'Befund<!--end-->'), 'unknown'],
    ['weaker iterations', LETTER.replace('600000', '100000'), 'unknown'],
    [
      'an element that is gone',
      LETTER.replace(/<script type="text\/plain" class[^]*?<\/script>/, ''),
      'unknown',
    ],
    ['ciphertext that is text', readable(), 'not-encrypted'],
  ]
  for (const [name, file, want] of cases) t.equal(await verdictOf(file), want, name)
  t.ok(cases.length > 0)
})

/** A letter whose ciphertext is a text of the same length. */
function readable(): string {
  return LETTER.replace(
    /(class="letter-data">\r\n)([^<]*)/,
    (_, opening: string, lines: string) => {
      const length = Buffer.from(lines, 'base64').length
      const text = 'Sehr geehrte Damen und Herren, '.repeat(1000).slice(0, length)
      return `${opening}${Buffer.from(text).toString('base64')}\r\n`
    },
  )
}

t.test('cut anywhere it is nothing that is protected', async t => {
  let seen = 0
  for (let length = LETTER.length - 3; length > 0; length -= length > 40_000 ? 1009 : 401) {
    seen += 1
    const verdict = await verdictOf(LETTER.slice(0, length))
    t.not(verdict, 'encrypted', `${length} characters`)
  }
  t.ok(seen > 50)
})

t.test('its own cover is no content, one word more is', async t => {
  const found = async (change?: (text: string) => string): Promise<readonly string[] | undefined> =>
    (await detect(postseal, await letterMail(change)))[0]?.accounts
  t.same(await found(), ['1.1'])
  t.same(await found(text => text.replace('anna@in.example', 'otto@in.example')), ['1.1'])
  const changes: ((text: string) => string)[] = [
    text => text.replace('Guten Tag', 'Guten Tag, Befund'),
    text => text.replace('anna@in.example', 'Ihr Befund anna@in.example'),
    text => text.replace('Haben Sie Zweifel?', 'Ihr Befund: krank'),
    text => text.replace(/(\r\n--=_letter_\w+\r\nContent-Type: text\/html)/, '\r\nIhr Befund$1'),
  ]
  for (const change of changes) t.equal(await found(change), undefined)
  t.equal(changes.length, 4)
})

t.test('a letter larger than the limit is not read', async t => {
  const large = Buffer.from(`${LETTER}${' '.repeat(1_100_000)}`, 'latin1')
  const [finding] = await detect(postseal, mailOf(large, 'Content-Type: text/html'), {
    max_size: '1M',
  })
  t.match(finding, { verdict: 'unknown', system: 'postseal' })
})
