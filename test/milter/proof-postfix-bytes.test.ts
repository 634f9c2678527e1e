import t from 'tap'
import { runCommand } from '../../sandbox/run-command.js'
import { type MilterHandlers, replies } from '../../src/milter/index.js'
import {
  type Letter,
  type PostfixLab,
  deliver,
  postfixLab,
  sendLetter,
} from '../support/milter-postfix.js'
import { SmtpTalk } from '../support/milter-smtp.js'

const HARD_HEADER = [
  'From: a@sender.test',
  'X-No-Space:value',
  'X-Two-Spaces:  value',
  'X-Tab:\tvalue\t',
  'X-Trailing: value  ',
  'X-Empty:',
  'X-Blank: ',
  'X-Folded: one',
  '\ttwo',
  '  three',
  'x-CASE: a:b: c',
  'X-Bytes: gr\xfc\xdf \xc3\xa4',
  `X-Long: ${'0123456789 '.repeat(800)}`,
  '',
].join('\r\n')

/** What a client sends and what the filter and the recipient see of it. */
const BODIES: [name: string, sent: string, seen?: string][] = [
  ['text', 'one\r\ntwo\r\n'],
  ['nothing', ''],
  ['an empty line', '\r\n'],
  ['dots at the beginning of lines', '.\r\n..\r\n.x\r\n'],
  [
    'all bytes above 127',
    `${String.fromCharCode(...Array.from({ length: 128 }, (_, i) => i + 128))}\r\n`,
  ],
  ['NUL', 'a\0b\r\n\0\r\n'],
  ['bare CR, which Postfix makes a space', 'a\rb\r\n', 'a b\r\n'],
  ['lines longer than the limit of Postfix', `${'x'.repeat(5000)}\r\n`],
  ['no line end at the end', 'one\r\ntwo', 'one\r\ntwo\r\n'],
  ['chunks that cut between CR and LF', `${'x'.repeat(65_534)}\r\n${'y'.repeat(70_000)}\r\n`],
]

for (const transport of ['unix', 'inet'] as const) {
  await t.test(`every byte of a message passes, ${transport} socket`, async t => {
    // Bodies with such lines are cut on their way out, not on their way through the filter.
    const lab = await postfixLab(t, transport, { smtp_line_length_limit: '0' })
    let shown = ''
    const filter: MilterHandlers = {
      message: async tx => {
        const header = tx.headers.map(({ name, value }) => `${name}:${value}\n`).join('')
        const body = await tx.body.read()
        shown = `${header.replaceAll('\n', '\r\n')}\r\n${body.toString('latin1')}`
        return replies.continue
      },
    }
    let seen = 0
    await lab.withFilter(filter, async () => {
      for (const [name, sent, want = sent] of BODIES) {
        const to = `bytes${(seen += 1)}@rcpt.test`
        const { message } = await deliver(lab, { to: [to], message: `${HARD_HEADER}\r\n${sent}` })
        t.equal(shown, `${HARD_HEADER}\r\n${want}`, `${name}: the filter sees it`)
        t.equal(message, `${HARD_HEADER}\r\n${want}`, `${name}: the recipient gets it`)
      }
    })
    t.equal(seen, BODIES.length)
  })
}

await t.test('SMTPUTF8: addresses and header of a real Postfix', async t => {
  const lab = await postfixLab(t, 'unix')
  const shown: unknown[] = []
  const filter: MilterHandlers = {
    message: tx => {
      shown.push(tx.sender.address, tx.sender.parameters.has('SMTPUTF8'))
      shown.push(tx.recipients.map(({ address }) => address))
      tx.edits.addRecipient('jürg@rcpt.test')
      tx.edits.removeRecipient(tx.recipients[1]?.address ?? '')
      return replies.continue
    },
  }
  await lab.withFilter(filter, async () => {
    const message = utf8('From: ä@sender.test\r\nSubject: ü\r\n\r\nbody\r\n')
    const {
      sender,
      recipients,
      message: got,
    } = await deliver(lab, {
      from: utf8('ä@sender.test'),
      fromParameters: 'SMTPUTF8 BODY=8BITMIME',
      to: ['plain@rcpt.test', utf8('ö@rcpt.test')],
      message,
    })
    t.equal(got, message)
    t.equal(sender, 'ä@sender.test')
    t.same(new Set(recipients), new Set(['plain@rcpt.test', 'jürg@rcpt.test']))
  })
  t.same(shown, ['ä@sender.test', true, ['plain@rcpt.test', 'ö@rcpt.test']])
})

await t.test('BDAT: a message in chunks, dots and all', async t => {
  const lab = await postfixLab(t, 'inet')
  await lab.withFilter(marking(), async () => {
    const { talk } = await SmtpTalk.open(lab.postfix.smtpPort)
    t.teardown(() => talk.close())
    t.match(await talk.command('EHLO client.test'), 'CHUNKING')
    await talk.command('MAIL FROM:<a@sender.test>')
    await talk.command('RCPT TO:<bdat@rcpt.test>')
    talk.write('BDAT 12\r\nX-A: b\r\n\r\n.\r')
    t.match(await talk.reply(), /^250/)
    talk.write('BDAT 6 LAST\r\n\n..\r\nx')
    t.match(await talk.reply(), /^250.*queued/)
    const { message } = await lab.receiver.mailTo('bdat@rcpt.test')
    t.equal(message, 'X-A: b\r\nX-Seen: 10\r\n\r\n.\r\n..\r\nx\r\n')
  })
})

await t.test('swaks and smtp-source: programs of others, many messages', async t => {
  const lab = await postfixLab(t, 'unix')
  await lab.withFilter(marking(), async () => {
    const server = `127.0.0.1:${lab.postfix.smtpPort}`
    const swaks = await runCommand('swaks', [
      '--server',
      server,
      '--to',
      'swaks@rcpt.test',
      '--from',
      'a@sender.test',
      '--silent',
      '2',
    ])
    t.same(swaks, { code: 0, stdout: '', stderr: '' })
    t.match((await lab.receiver.mailTo('swaks@rcpt.test')).message, /^X-Seen: \d+\r$/m)

    const args = [
      '-s',
      '5',
      '-m',
      '50',
      '-l',
      '5000',
      '-f',
      'a@sender.test',
      '-t',
      'many@rcpt.test',
    ]
    const source = await runCommand('smtp-source', [...args, server])
    t.same(source, { code: 0, stdout: '', stderr: '' })
    let seen = 0
    for (; seen < 50; seen++) {
      const { message } = await lab.receiver.mailTo('many@rcpt.test')
      if (!/^X-Seen: \d+\r$/m.test(message)) t.fail('a message without the mark of the filter')
    }
    t.equal(seen, 50)
  })
})

await t.test('a chrooted smtpd finds the socket in its queue directory', async t => {
  const lab = await postfixLab(t, 'unix', {}, { chroot: true })
  await lab.withFilter(marking(), async () => {
    const letter: Letter = { to: ['chroot@rcpt.test'], message: 'X-A: b\r\n\r\nbody\r\n' }
    t.match(await deliver(lab, letter), { message: 'X-A: b\r\nX-Seen: 6\r\n\r\nbody\r\n' })
  })
})

await t.test('without a filter Postfix defers', async t => {
  for (const transport of ['unix', 'inet'] as const) {
    const lab: PostfixLab = await postfixLab(t, transport)
    const heard = await sendLetter(lab, { to: ['x@rcpt.test'], message: 'X-A: b\r\n\r\nbody\r\n' })
    t.equal(heard, 'mail: 451 4.7.1 Service unavailable - try again later', transport)
  }
})

/** Adds a field with the size of the body. */
function marking(): MilterHandlers {
  return {
    message: tx => {
      tx.edits.addHeader('X-Seen', String(tx.body.size))
      return replies.continue
    },
  }
}

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
