import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { applyEdits } from '../../src/message/apply-edits.js'
import { fileSource } from '../../src/message/file-source.js'
import { parseMail, readMail } from '../../src/message/parse-mail.js'
import { damageOf, outline, rangeProblems } from '../support/message-outline.js'
import { RICH_MESSAGE } from '../support/message-samples.js'
import { ROOT } from '../support/tree-sources.js'

const CORPUS = join(ROOT, '..', 'shared', 'corpus', 'mail')

await t.test('a mail in a file reads like one in memory', async t => {
  const file = join(t.testdir(), 'mail.eml')
  const large = Buffer.concat([RICH_MESSAGE, Buffer.alloc(200_000, 'line\r\n')])
  await writeFile(file, large)
  const handle = await open(file)
  t.teardown(() => handle.close())
  const mail = await readMail(fileSource(handle, { start: 0, end: large.length }))
  t.same(outline(mail, large), outline(parseMail(large), large))
  t.equal(mail.root.body.end, large.length)
  const [pdf] = mail.root.children.slice(-1)
  t.ok(pdf !== undefined && (await mail.head(pdf, 5)).toString() === '%PDF-')
})

await t.test('an envelope and limits are taken as given', t => {
  const mail = parseMail(
    RICH_MESSAGE,
    { sender: 'a', recipients: ['b'], helo: 'c' },
    { maxParts: 2 },
  )
  t.same(mail.envelope, { sender: 'a', recipients: ['b'], helo: 'c' })
  t.same(damageOf(mail), ['1.1.1 part-limit'])
  t.same(parseMail(Buffer.from('')).envelope, { sender: '', recipients: [] })
  t.end()
})

const skip = existsSync(CORPUS) ? false : 'the corpus of mails is not beside the package'

await t.test('every mail of the corpus is read and comes out byte for byte', { skip }, async t => {
  const names = readdirSync(CORPUS).toSorted()
  for (const name of names) {
    const bytes = readFileSync(join(CORPUS, name))
    const mail = parseMail(bytes)
    const out: Buffer[] = []
    for await (const piece of applyEdits(mail, [])) out.push(piece)
    for await (const text of mail.textParts()) t.type(text.text, 'string')
    for (const leaf of mail.leaves()) await mail.head(leaf, 1_000_000)
    t.ok(Buffer.concat(out).equals(bytes), name)
    t.same(rangeProblems(mail.root, bytes), [], name)
  }
  t.ok(names.length >= 50, `read ${names.length} mails`)
})

const STRUCTURES: Readonly<Record<string, string[]>> = {
  'mimekit__thunderbird-signed.txt': [
    'multipart/signed',
    'multipart/mixed',
    'text/plain',
    'image/jpeg',
    'application/pkcs7-signature',
  ],
  'own__smime_only_rfc822.eml': ['multipart/mixed', 'message/rfc822', 'application/pkcs7-mime'],
  'own__pgpmime_in_mixed_footer.eml': [
    'multipart/mixed',
    'multipart/encrypted',
    'application/pgp-encrypted',
    'application/octet-stream',
    'text/plain',
  ],
}

await t.test('the structure of some of them is known', { skip }, t => {
  for (const [name, types] of Object.entries(STRUCTURES)) {
    const mail = parseMail(readFileSync(join(CORPUS, name)))
    t.same(
      [...mail.parts()].map(({ type }) => type),
      types,
      name,
    )
    t.same(mail.damage, [], name)
  }
  t.same(damageOf(parseMail(readFileSync(join(CORPUS, 'own__duplicate_content_type.eml')))), [
    '1 duplicate-content-type',
  ])
  t.same(damageOf(parseMail(readFileSync(join(CORPUS, 'own__missing_end_boundary.eml')))), [
    '1 truncated-multipart',
  ])
  t.end()
})
