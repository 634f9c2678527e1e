import fc from 'fast-check'
import t from 'tap'
import { LANGUAGES } from '../../src/ask/language.js'
import { PAGE_TEXTS } from '../../src/ask/page-texts.js'
import { donePage, languageOf, questionPage, textPage } from '../../src/ask/pages.js'
import { sampleQuestion } from '../support/question-samples.js'

t.test('the language that is liked best, of those that there are', async t => {
  const cases: readonly (readonly [accepted: string | undefined, want: string])[] = [
    ['de-CH,de;q=0.9,en;q=0.8', 'de'],
    ['nl, fr;q=0.3, it;q=0.7', 'it'],
    ['en;q=0, fr', 'fr'],
    ['nl', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    ['debian', 'en'],
    [`${'x,'.repeat(1000)}fr`, 'en'],
  ]
  for (const [accepted, want] of cases)
    t.equal(languageOf(accepted, 'en'), want, accepted ?? 'none')
})

t.test('every page is whole in every language, with names for those who cannot see', async t => {
  let seen = 0
  for (const language of LANGUAGES) {
    const pages = [
      questionPage({ question: sampleQuestion(), language, proof: 'p', timeZone: 'UTC' }),
      donePage('send', language),
      textPage(PAGE_TEXTS[language].closed, language),
    ]
    for (const page of pages) {
      t.match(page, `<html lang="${language}">`)
      t.match(page, /<meta name="viewport" content="width=device-width, initial-scale=1">/)
      t.match(page, /<main>\n<h1>[^<]+<\/h1>/)
      t.notMatch(page.replace(/<style>.*<\/style>/, ''), /[{}]|undefined/)
      seen += 1
    }
  }
  t.equal(seen, 12)
})

t.test('nothing of an address or a reason becomes markup', async t => {
  let seen = 0
  const usual = questionPage({ question: sampleQuestion(), language: 'en', proof: 'p' })
  const plain = usual.match(/<[^>]*>/g)?.length
  fc.assert(
    fc.property(fc.string(), fc.string(), (recipient, why) => {
      const question = sampleQuestion({ recipients: [`<b>${recipient}`], why: `"'&${why}` })
      const page = questionPage({ question, language: 'en', proof: 'p', timeZone: 'UTC' })
      seen += 1
      const bare = page.replaceAll(/&#\d+;/g, '')
      const tags = bare.match(/<[^>]*>/g) ?? []
      return tags.length === plain && !page.includes('<b>')
    }),
  )
  t.ok(seen >= 100)
})
