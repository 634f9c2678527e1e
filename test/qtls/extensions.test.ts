import t from 'tap'
import { extensionsIn, starttlsOffer } from '../../src/qtls/extensions.js'

await t.test('extensions are the first words behind the greeting', async t => {
  const reply = {
    code: 250,
    lines: ['mx.test hello', 'size 100', 'AUTH=LOGIN', 'STARTTLS', '\u0007x'],
  }
  t.same(extensionsIn(reply), ['SIZE', 'AUTH', 'STARTTLS'])
})

await t.test('a garbled keyword is told from one that is not there', async t => {
  const offers = (...words: string[]): string => starttlsOffer(words)
  t.equal(offers('SIZE', 'STARTTLS'), 'offered')
  t.equal(offers('SIZE', '8BITMIME', 'CHUNKING'), 'absent')
  for (const word of ['XXXXXXXA', 'XXXXXXXX', 'XXXX', 'STARXTLS', 'STARTTLZ', 'STARTXXX'])
    t.equal(offers('SIZE', word), 'stripped', word)
  for (const word of ['XCLIENT', 'XFORWARD', 'X-EXPS', 'SMTPUTF8', 'DELIVERB', 'XX'])
    t.equal(offers(word), 'absent', word)
})
