import { join } from 'node:path'
import t from 'tap'
import { lessons, taughtMails, wordings } from '../../bench/classes/texts.js'
import { ROOT } from '../support/tree-sources.js'

await t.test('the texts to learn from are there, in both halves', t => {
  const mails = taughtMails(join(ROOT, 'eval/train'))
  t.equal(mails.length, 320)
  t.equal(mails.filter(({ isHeldOut }) => isHeldOut).length, 146)
  t.match(mails[0]?.mail.toString(), /^Subject: =\?utf-8\?B\?[^]*\r\n\r\n/)
  for (const texts of [lessons(join(ROOT, 'eval/lessons')), wordings()]) {
    t.ok(texts.length > 300)
    for (const language of ['de', 'fr', 'it', 'en'])
      for (const name of ['normal', 'high', 'confidential'])
        t.ok(texts.some(one => one.language === language && one.class === name))
  }
  t.end()
})
