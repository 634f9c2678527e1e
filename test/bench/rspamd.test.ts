import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import {
  answersOf,
  mistakesOf,
  outcomeOf,
  tellingSymbols,
  totalsOf,
  type Row,
} from '../../bench/rspamd/comparison.js'
import { comparisonPage } from '../../bench/rspamd/page.js'
import { ask, symbolsIn } from '../../bench/rspamd/rspamd.js'
import { attached, labelledIn, samplesOf } from '../../bench/rspamd/samples.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Verdict } from '../../src/policy/model.js'
import { textOf } from '../support/tree-sources.js'

const row = (label: Verdict | undefined, verdict: Verdict, ...symbols: readonly string[]): Row => ({
  name: 'zip/a.zip',
  label,
  isWrapped: true,
  symbols: ['FROM_HAS_DN', ...symbols],
  verdict,
})

const ROWS: readonly Row[] = [
  row('encrypted', 'partial', 'MIME_ENCRYPTED_ARCHIVE'),
  row('weak', 'weak', 'SIGNED_PGP'),
  row('not-encrypted', 'not-encrypted', 'PDF_ENCRYPTED'),
  { ...row('encrypted', 'unknown', 'ENCRYPTED_SMIME'), name: 'mail/b.eml' },
  row('partial', 'not-encrypted'),
  row('unknown', 'unknown'),
  row(undefined, 'encrypted', 'ENCRYPTED_PGP'),
]

await t.test('who is right depends on whether something is protected, not on how well', async t => {
  t.same(ROWS.map(outcomeOf), [
    'both',
    'only Postseal',
    'only Postseal',
    'only rspamd',
    'neither',
    undefined,
    undefined,
  ])
  t.same(answersOf(row(undefined, 'unknown', 'SIGNED_SMIME')), { ours: undefined, theirs: false })
  t.same(ROWS.slice(0, 2).map(tellingSymbols), [['MIME_ENCRYPTED_ARCHIVE'], ['SIGNED_PGP']])
})

await t.test('totals count every sample once, and mistakes where there is an answer', async t => {
  const totals = totalsOf(ROWS)
  t.same(
    totals.map(({ kind, samples, uncounted }) => [kind, samples, uncounted]),
    [
      ['mail', 1, 0],
      ['zip', 6, 2],
      ['all', 7, 2],
    ],
  )
  t.same(
    [...(totals.at(-1)?.outcomes ?? [])],
    [
      ['both', 1],
      ['only Postseal', 2],
      ['only rspamd', 1],
      ['neither', 1],
    ],
  )
  t.equal(totalsOf(ROWS.slice(4)).length, 1, 'one kind needs no total of its own')
  t.same(mistakesOf(ROWS, 'ours'), { missed: 1, invented: 0, undecided: 1 })
  t.same(mistakesOf(ROWS, 'theirs'), { missed: 2, invented: 1, undecided: 0 })
})

await t.test('the page has a line for each sample and for each total', async t => {
  const page = comparisonPage(ROWS, '3.4', '2026-11-23')
  const want = [
    '| all | 7 | 1 | 2 | 1 | 1 | 2 |',
    '| protected, and not seen | 1 | 2 |',
    '| `zip/a.zip` \\* | encrypted | yes (MIME_ENCRYPTED_ARCHIVE) | partial | both |',
    '| `mail/b.eml` \\* | encrypted | yes (ENCRYPTED_SMIME) | unknown | only rspamd |',
    '| `zip/a.zip` \\* |  | yes (ENCRYPTED_PGP) | encrypted |  |',
    'Made by `npm run compare -- --write` on 2026-11-23, with rspamd 3.4 as Debian packages it.',
  ]
  for (const line of want) t.ok(page.split('\n').includes(line), line)
})

await t.test('the page in the manual shows all samples that it counts', async t => {
  const lines = textOf('docs/reference/compared-with-rspamd.md').split('\n')
  const samples = lines.filter(line => line.startsWith('| `')).length
  const [, all] =
    /^\| all \| (\d+) \|/.exec(lines.find(line => line.startsWith('| all ')) ?? '') ?? []
  t.equal(Number(all), samples)
  t.ok(samples > 0)
})

await t.test('a folder gives mails as they are, and files as attachments', async t => {
  const folder = t.testdir({ 'a.eml': 'From: a@example.org\r\n\r\nHello', sub: {} })
  const content = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7) & 255))
  await writeFile(join(folder, 'sub', 'b.pdf'), content)
  const work = join(t.testdirName, 'work')
  const samples = await samplesOf(folder, work)
  t.match(samples, [
    { name: 'a.eml', label: undefined, mail: join(folder, 'a.eml'), isWrapped: false },
    { name: 'sub/b.pdf', label: undefined, mail: join(work, '1.eml'), isWrapped: true },
  ])
  await writeFile(join(folder, 'manifest.csv'), 'file,kind,label\nsub/b.pdf,pdf,weak\n')
  t.match(await samplesOf(folder, work), [{ name: 'sub/b.pdf', label: 'weak' }])
  const empty = join(folder, 'empty')
  await mkdir(empty)
  await t.rejects(samplesOf(empty, work), /there are no files/)
})

await t.test('an attachment has the type by which mail programs send it', async t => {
  const cases: readonly [name: string, content: string, type: string][] = [
    ['a.PDF', '%PDF-1.7', 'application/pdf'],
    ['a.asc', '-----BEGIN PGP MESSAGE-----\n', 'application/pgp-encrypted'],
    ['a.asc', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n', 'application/pgp-keys'],
    ['a.asc', '-----BEGIN PGP SIGNATURE-----\n', 'application/pgp-signature'],
    ['a.asc', 'prose', 'application/octet-stream'],
    ['a', 'x', 'application/octet-stream'],
  ]
  for (const [name, content, want] of cases) {
    const mail = parseMail(attached(name, Buffer.from(content.repeat(40))))
    const [, part] = mail.root.children
    t.match(part, { type: want, fileName: name, disposition: 'attachment' })
    if (part !== undefined)
      t.equal((await mail.head(part, 10_000)).toString(), content.repeat(40), want)
    t.same(mail.damage, [])
  }
})

await t.test('labels are those of the verdicts, and nothing else', t => {
  t.same(labelledIn('file,kind,expected_verdict,detail\na,zip,weak,"x, y"\nb,zip,perhaps\n'), [
    { name: 'a', label: 'weak' },
    { name: 'b', label: undefined },
  ])
  t.end()
})

await t.test('an answer of rspamd is read, and a refusal is an error', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'rspamd-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const socket = join(directory, 'scan.sock')
  const answers = new Map([['/checkv2', '{"symbols":{"PDF_ENCRYPTED":{},"FROM_HAS_DN":{}}}']])
  const server = createServer((asked, answer) => {
    const text = answers.get(asked.url ?? '')
    answer.writeHead(text === undefined ? 500 : 200)
    asked.resume().once('end', () => answer.end(text ?? 'broken'))
  })
  await new Promise<void>(done => server.listen(socket, done))
  t.teardown(() => server.close())
  const answer = await ask(socket, '/checkv2', Buffer.from('a mail'))
  t.same(symbolsIn(answer), ['FROM_HAS_DN', 'PDF_ENCRYPTED'])
  t.throws(() => symbolsIn('{"error":"no"}'), /no symbols/)
  await t.rejects(ask(socket, '/else'), /rspamd answered 500: broken/)
  await t.rejects(ask(`${socket}.gone`, '/ping'))
})
