import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mailFromText, sealWith } from 'postseal/testkit'
import postseal from '../../../plugins/detect/postseal/index.js'
import html from '../../../plugins/seal/html/index.js'
import pdf from '../../../plugins/seal/pdf/index.js'
import zip from '../../../plugins/seal/zip/index.js'
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

/** A letter as it leaves, with changes of its text and of the file in it. */
async function fileLetter(
  format: 'pdf' | 'zip',
  { text = same, file = same }: { text?: Change; file?: Change } = {},
): Promise<Buffer> {
  const sample = mailFromText('Subject: Lohn\r\n\r\nDer Lohn\r\n')
  const style = { ...SAMPLE_STYLE, company: 'Praxis am See' }
  const { fields, body } = await sealWith(format === 'pdf' ? pdf : zip, sample, { style })
  const header = fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
  const whole = `${header}\r\n${body.toString('latin1')}`
  const [, before = '', coded = '', after = ''] =
    /^([^]*base64\r\nContent-Disp[^]*?\r\n\r\n)([^]*?)(\r\n--[^]*)$/.exec(whole) ?? []
  const changed = file(Buffer.from(coded, 'base64').toString('latin1'))
  const lines =
    Buffer.from(changed, 'latin1')
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return Buffer.from(text(before) + lines.join('\r\n') + after, 'latin1')
}

type Change = (text: string) => string
const same: Change = text => text
const SAMPLE_STYLE = {
  logo: undefined,
  colour: '#1a4f8b',
  subject: { de: 'Brief', fr: 'Lettre', it: 'Lettera', en: 'Letter' },
  contact: '',
}

for (const format of ['pdf', 'zip'] as const) {
  const found = async (
    changes: { text?: Change; file?: Change } = {},
    settings: Record<string, string> = { company: 'Praxis am See' },
  ): Promise<unknown> =>
    (await detect(postseal, await fileLetter(format, changes), settings)).map(
      ({ verdict, part, accounts }) => ({ verdict, part, accounts }),
    )

  t.test(`a ${format} letter is known with its cover`, async t => {
    t.same(await found(), [{ verdict: 'encrypted', part: '1.2', accounts: ['1.1'] }])
    const otherSender: Change = text => text.replace('anna@in.example', 'otto@in.example')
    t.same(await found({ text: otherSender }), await found())
  })

  t.test(`a ${format} letter with any word more is not believed`, async t => {
    t.same(await found({}, {}), [], 'a company that is not ours')
    const texts: Change[] = [
      text => text.replace('Guten Tag', 'Guten Tag, Befund'),
      text => text.replace('anna@in.example', 'Ihr Befund anna@in.example'),
      text => text.replace('Haben Sie Zweifel?', 'Ihr Befund: krank'),
      text => text.replace('Praxis am See', 'Befund'),
      text => text.replace(/brief-\w+/, 'brief-befund'),
      text => text.replace(/(\r\n--=_letter_\w+\r\nContent-Type: application)/, '\r\nBefund$1'),
      text => text.replace('Content-Type: text/plain', 'Content-Type: text/html'),
    ]
    for (const [index, text] of texts.entries()) {
      const whole = (await fileLetter(format)).toString('latin1')
      t.not(text(whole), whole, `change ${index} changes something`)
      t.same(await found({ text }), [], `change ${index}`)
    }
  })
}

const PDF_FORGERIES: Readonly<Record<string, Change>> = {
  'a text in the catalogue': text => text.replace('/Type /Catalog', '/Type /Catalog /X (Befund)'),
  'a text in hexadecimal': text => text.replace('/Type /Catalog', '/Type /Catalog /AF <4265>'),
  'a name': text => text.replace('/Type /Catalog', '/Type /Catalog /Befund 1'),
  'a comment': text => text.replace('endobj', 'endobj\n% Befund'),
  'a text behind the end': text => `${text}Befund`,
  'a text in front': text => `Befund\n${text}`,
  'no encryption': text => text.replaceAll('/Encrypt', '/XRef'),
}
const ZIP_FORGERIES: Readonly<Record<string, Change>> = {
  'another name': text => text.replaceAll(/brief-\w{20}/g, 'befund-krank-und-mehr-xyz0'),
  'a name in one place': text => text.replace(/brief-\w{20}/, 'befund-krank-und-mehr-xyz0'),
  'a comment': text => `${text.slice(0, -2)}\x06\0Befund`,
  'a text behind the end': text => `${text}Befund`,
  'a text in front': text => `Befund${text}`,
  'a text before the directory': text => text.replace('PK\x01\x02', 'BefundPK\x01\x02'),
  'a time': text => text.replaceAll('\x63\0\0\0\x21\0', '\x63\0Be\x21\0'),
  'no encryption': text => text.replaceAll('\x09\0\x63\0', '\x08\0\x63\0'),
}
for (const [format, forgeries] of [
  ['pdf', PDF_FORGERIES],
  ['zip', ZIP_FORGERIES],
] as const)
  for (const [name, file] of Object.entries(forgeries))
    t.test(`a ${format} letter with ${name} is not believed`, async t => {
      let isChanged = false
      const change: Change = text => {
        isChanged = file(text) !== text
        return file(text)
      }
      const letter = await fileLetter(format, { file: change })
      t.same(await detect(postseal, letter, { company: 'Praxis am See' }), [])
      t.equal(isChanged, true)
    })

t.test('a letter larger than the limit is not read', async t => {
  const large = Buffer.from(`${LETTER}${' '.repeat(1_100_000)}`, 'latin1')
  const [finding] = await detect(postseal, mailOf(large, 'Content-Type: text/html'), {
    max_size: '1M',
  })
  t.match(finding, { verdict: 'unknown', system: 'postseal' })
})
