import t from 'tap'
import { coverText } from '../../../src/seal/cover.js'
import { isLetterCover, judgeLetter } from '../../../src/seal/html/judge-letter.js'
import { readStyle, writeStyle } from '../../../src/seal/html/letter-style.js'
import { LANGUAGES } from '../../../src/seal/letter.js'
import { uncleanLetter } from '../../support/letter-files.js'
import { clinicMail, sampleOrder } from '../../support/seal-samples.js'

const { signal } = new AbortController()
const looksReadable = (): boolean => false

t.test('a letter is judged, and its cover is known from it', async t => {
  const judgement = await judgeLetter(await uncleanLetter(clinicMail()), { looksReadable, signal })
  t.match(judgement, {
    verdict: 'encrypted',
    cover: {
      reference: '7k2m9q4v1p3t8s6r0abc',
      style: { company: 'Praxis am See', language: 'de' },
    },
  })
  t.equal(await judgeLetter(Buffer.from('<p>'), { looksReadable, signal }), undefined)
  const open = await judgeLetter(await uncleanLetter(clinicMail()), {
    looksReadable: () => true,
    signal,
  })
  t.equal(open?.verdict, 'not-encrypted')
  const aborted = { looksReadable, signal: AbortSignal.abort() }
  await t.rejects(judgeLetter(await uncleanLetter(clinicMail()), aborted), { name: 'AbortError' })
})

t.test(
  'covers in all languages and for all ways of a password are known, for their letter',
  async t => {
    for (const language of LANGUAGES) {
      const style = readStyle(writeStyle(sampleOrder(clinicMail()).style, language))
      if (style === undefined) throw new Error('the style cannot be read')
      for (const passwordWay of ['sender', 'standing', 'agreed', 'office', 'sms'] as const) {
        const facts = {
          format: 'html',
          language,
          reference: 'ref',
          passwordWay,
          sender: 'a@in.example',
        } as const
        const text = coverText({ ...facts, company: style.company, contact: style.contact })
        t.equal(isLetterCover(text, { reference: 'ref', style }), true)
        t.equal(isLetterCover(text.replaceAll('\n', '\r\n  '), { reference: 'ref', style }), true)
        t.equal(isLetterCover(text, { reference: 'fer', style }), false)
        t.equal(isLetterCover(`${text} x`, { reference: 'ref', style }), false)
        t.equal(
          isLetterCover(text.replace('a@in.example', 'see a@in.example'), {
            reference: 'ref',
            style,
          }),
          false,
        )
      }
    }
  },
)
