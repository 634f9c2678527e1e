import t from 'tap'
import { runCommand } from '../../sandbox/run-command.js'
import { type MilterHandlers, type Transaction, replies } from '../../src/milter/index.js'
import { deliver, postfixLab, sendLetter } from '../support/milter-postfix.js'

const HEADER = 'From: a@sender.test\r\nX-A: one\r\nX-A: two\r\nX-A: three\r\nSubject: s\r\n'
const BODY = 'first line\r\nsecond line\r\n'

/** What is recorded, and the message that arrives for it, Postfix' own Received left out. */
const EDITS: [name: string, edit: (tx: Transaction) => void, arrives: string][] = [
  ['nothing', () => undefined, `${HEADER}\r\n${BODY}`],
  [
    'addHeader appends a field',
    tx => tx.edits.addHeader('X-New', 'value'),
    `${HEADER}X-New: value\r\n\r\n${BODY}`,
  ],
  [
    'addHeader keeps folds, tabs and bytes above 127',
    tx => tx.edits.addHeader('X-New', '\tv\xe4lue\n\tfolded\n  twice'),
    `${HEADER}X-New:\tv\xe4lue\r\n\tfolded\r\n  twice\r\n\r\n${BODY}`,
  ],
  [
    'insertHeader at 0 puts a field below the Received of Postfix, before the first of the client',
    tx => tx.edits.insertHeader(0, 'X-New', 'value'),
    `X-New: value\r\n${HEADER}\r\n${BODY}`,
  ],
  [
    'insertHeader puts a field before a received one',
    tx => tx.edits.insertHeader(2, 'X-New', 'value'),
    `From: a@sender.test\r\nX-A: one\r\nX-New: value\r\nX-A: two\r\nX-A: three\r\nSubject: s\r\n\r\n${BODY}`,
  ],
  [
    'changeHeader changes the one of that name that is meant',
    tx => tx.edits.changeHeader('x-a', 2, 'changed'),
    `${HEADER.replace('X-A: two', 'X-A: changed')}\r\n${BODY}`,
  ],
  [
    'two edits of fields of one name do not disturb each other',
    tx => {
      tx.edits.removeHeader('X-A', 1)
      tx.edits.changeHeader('X-A', 3, 'last')
    },
    `From: a@sender.test\r\nX-A: two\r\nX-A: last\r\nSubject: s\r\n\r\n${BODY}`,
  ],
  [
    'removeHeader without a number removes all of that name',
    tx => tx.edits.removeHeader('X-A'),
    `From: a@sender.test\r\nSubject: s\r\n\r\n${BODY}`,
  ],
  [
    'changeHeader of a field that is not there adds it',
    tx => tx.edits.changeHeader('X-New', 1, 'value'),
    `${HEADER}X-New: value\r\n\r\n${BODY}`,
  ],
  [
    'removeHeader and addHeader of the same name',
    tx => {
      tx.edits.removeHeader('Subject')
      tx.edits.addHeader('Subject', 'new')
    },
    `${HEADER.replace('Subject: s', 'Subject: new')}\r\n${BODY}`,
  ],
  [
    'replaceBody',
    tx => tx.edits.replaceBody(Buffer.from('new body\r\n')),
    `${HEADER}\r\nnew body\r\n`,
  ],
  ['replaceBody with nothing', tx => tx.edits.replaceBody(Buffer.alloc(0)), `${HEADER}\r\n`],
  [
    'replaceBody beside header edits, of a body that needs several packets',
    tx => {
      tx.edits.addHeader('X-New', 'value')
      tx.edits.replaceBody(Buffer.from('0123456789abcde\r\n'.repeat(10_000)))
      tx.edits.removeHeader('X-A', 2)
    },
    `${HEADER.replace('X-A: two\r\n', '')}X-New: value\r\n\r\n${'0123456789abcde\r\n'.repeat(10_000)}`,
  ],
]

for (const transport of ['unix', 'inet'] as const) {
  await t.test(`edits through a real Postfix, ${transport} socket`, async t => {
    const lab = await postfixLab(t, transport)
    let seen = 0
    for (const [name, edit, arrives] of EDITS) {
      const to = `edit${(seen += 1)}@rcpt.test`
      await lab.withFilter(editing(edit), async () => {
        const { message } = await deliver(lab, { to: [to], message: `${HEADER}\r\n${BODY}` })
        t.equal(message, arrives, name)
      })
    }
    t.equal(seen, EDITS.length)
  })
}

await t.test('edits of the envelope through a real Postfix', async t => {
  const lab = await postfixLab(t, 'unix')
  const message = `${HEADER}\r\n${BODY}`

  await lab.withFilter(
    editing(tx => tx.edits.addRecipient('added@rcpt.test')),
    async () => {
      const { recipients } = await deliver(lab, { to: ['first@rcpt.test'], message })
      t.same(new Set(recipients), new Set(['first@rcpt.test', 'added@rcpt.test']))
    },
  )
  await lab.withFilter(
    editing(tx => tx.edits.removeRecipient('gone@rcpt.test')),
    async () => {
      const to = ['stays@rcpt.test', 'gone@rcpt.test']
      const { recipients } = await deliver(lab, { to, message })
      t.same(recipients, ['stays@rcpt.test'])
    },
  )
  await lab.withFilter(
    editing(tx => tx.edits.changeSender('other@sender.test')),
    async () => {
      const { sender } = await deliver(lab, { to: ['from@rcpt.test'], message })
      t.equal(sender, 'other@sender.test')
    },
  )
})

await t.test('quarantine puts a mail on hold, and its envelope has the parameters', async t => {
  const lab = await postfixLab(t, 'unix')
  const filter = editing(tx => {
    tx.edits.quarantine('to be looked at')
    tx.edits.changeSender('other@sender.test', { ret: 'hdrs', envid: 'id+1' })
    tx.edits.addRecipient('added@rcpt.test', { notify: 'never', orcpt: 'x+y@rcpt.test' })
  })
  await lab.withFilter(filter, async () => {
    const reply = await sendLetter(lab, { to: ['held@rcpt.test'], message: `${HEADER}\r\n${BODY}` })
    t.match(reply, /^end: 250/)
    const queueId = /^([0-9A-F]+)!/m.exec(await lab.postfix.postqueue(['-p']))?.[1] ?? ''
    t.not(queueId, '', 'postqueue shows it on hold')
    t.match(await lab.postfix.waitForLog(line => line.includes('milter-hold')), 'HOLD action')
    const { configDirectory } = lab.postfix
    const { stdout } = await runCommand('postcat', ['-c', configDirectory, '-qe', queueId])
    t.match(stdout, /^sender: other@sender\.test$/m)
    t.match(stdout, /^dsn_ret_flags: 2$|^named_attribute: ret_flags=2$/m)
    t.match(stdout, 'envelope_id=id+1')
    t.match(stdout, 'dsn_orig_rcpt=rfc822;x+y@rcpt.test')
  })
})

function editing(edit: (tx: Transaction) => void): MilterHandlers {
  return {
    message: tx => {
      edit(tx)
      return replies.continue
    },
  }
}
