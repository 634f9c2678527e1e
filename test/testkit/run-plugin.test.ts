import t from 'tap'
import { definePlugin, s } from 'postseal/plugin'
import { buildMail, mailFromText, runPlugin } from 'postseal/testkit'

const SUMMARY = 'A plugin of a test.'

void t.test('a mail is built with texts and attachments', async t => {
  const mail = buildMail({
    subject: 'Grüße',
    text: 'Grüße\nund mehr',
    html: '<p>Grüße</p>',
    attachments: [{ name: 'Übersicht.bin', bytes: Buffer.from([0, 1, 2]) }],
    to: ['bob@example.net', 'eve@example.com'],
    headers: [['X-A', 'b']],
    envelope: { authUser: 'alice' },
  })
  t.strictSame(
    [...mail.leaves()].map(({ path, type }) => [path, type]),
    [
      ['1.1.1', 'text/plain'],
      ['1.1.2', 'text/html'],
      ['1.2', 'application/octet-stream'],
    ],
  )
  t.strictSame(mail.damage, [])
  t.match(mail.envelope, {
    sender: 'alice@example.org',
    authUser: 'alice',
    recipients: { length: 2 },
  })
  const texts: string[] = []
  for await (const { text } of mail.textParts()) texts.push(text)
  t.match(texts, ['Grüße\r\nund mehr', '<p>Grüße</p>'])
  const file = [...mail.leaves()][2]
  t.equal(file?.fileName, 'Übersicht.bin')
  t.strictSame(file && (await mail.head(file, 10)), Buffer.from([0, 1, 2]))
})

void t.test('a mail is read from text with any line ends', async t => {
  const mail = mailFromText('Subject: x\n\nhello\r\n', { sender: '' })
  t.equal(mail.envelope.sender, '')
  t.equal(mail.source.peek(0, mail.source.size)?.toString(), 'Subject: x\r\n\r\nhello\r\n')
})

void t.test('each stage gives its results, and edits are seen in the message', async t => {
  const mail = mailFromText('Subject: x\n\nhello\n')
  const classify = definePlugin({
    stage: 'classify',
    name: 'classify/x',
    summary: SUMMARY,
    config: { risk: s.riskClass({ default: 'normal', doc: '' }) },
    setup:
      ({ config }) =>
      () => [{ id: 'x', class: config.risk, why: '' }],
  })
  const { labels, message } = await runPlugin(classify, mail, { settings: { risk: 'high' } })
  t.strictSame(labels, [{ plugin: 'classify/x', id: 'x', class: 'high', why: '' }])
  t.equal(message.toString(), 'Subject: x\r\n\r\nhello\r\n')
  await t.rejects(runPlugin(classify, mail, { settings: { rsik: 'high' } }), {
    name: 'TypeError',
    message: /did you mean "risk"/,
  })

  const detect = definePlugin({
    stage: 'detect',
    name: 'detect/x',
    summary: SUMMARY,
    setup: () => _mail => [{ system: 'zip', part: '1', verdict: 'weak', why: '' }],
  })
  t.match((await runPlugin(detect, mail)).findings, [{ plugin: 'detect/x', verdict: 'weak' }])

  let closed = 0
  const rewrite = definePlugin({
    stage: 'rewrite',
    name: 'rewrite/x',
    summary: SUMMARY,
    setup: () => ({
      run: (_mail, decision) => [{ kind: 'set-header', name: 'Subject', value: decision.class }],
      close: () => void closed++,
    }),
  })
  const rewritten = await runPlugin(rewrite, mail, { class: 'confidential' })
  t.equal(rewritten.message.toString(), 'Subject: confidential\r\n\r\nhello\r\n')
  t.equal(closed, 1)
})

void t.test('an error of the plugin comes through, and rubbish is refused', async t => {
  const mail = mailFromText('Subject: x\n\nhello\n')
  const throwing = definePlugin({
    stage: 'detect',
    name: 'detect/x',
    summary: SUMMARY,
    setup: () => () => {
      throw new RangeError('exactly this')
    },
  })
  await t.rejects(runPlugin(throwing, mail), { name: 'RangeError', message: 'exactly this' })
  const rubbish = definePlugin({
    stage: 'detect',
    name: 'detect/x',
    summary: SUMMARY,
    setup: () => _mail => [{ system: 'zip', part: '7', verdict: 'weak', why: '' }],
  })
  await t.rejects(runPlugin(rubbish, mail), { name: 'ResultError' })
})
