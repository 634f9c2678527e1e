import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import type { Arrival } from '../../sandbox/receiver.js'
import { runCommand } from '../../sandbox/run-command.js'
import { parseMail } from '../../src/message/parse-mail.js'
import { answeredInChromium, letterIn } from './answer-letter.js'
import type { LaneLab } from './lane-lab.js'
import type { Letter } from './lane-letter.js'
import { fields, reportTo } from './lane-text.js'
import { mailWith } from './sealed-answer.js'

const TEXT = 'The leg is well again.'
/** Bytes of all kinds, so that nothing on the way can have read them as text. */
const FILE = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 8)) & 255))

export interface AnswerTools {
  readonly lab: LaneLab
  readonly letterTo: (recipient: string) => Letter
  readonly passwordFor: (recipient: string) => Promise<string>
}

/** An inbound mail that brings files, from somebody outside. */
function inbound(
  from: string,
  to: readonly string[],
  files: readonly Buffer[],
  id: string,
): Letter {
  const header = `From: ${from}\r\nTo: ${to.join(', ')}\r\nSubject: Re: Confidential message\r\nMessage-ID: <${id}@weak.test>\r\n`
  return { from, to, message: mailWith(files, { header }) }
}

/**
 * Letters that were sealed by the gateway are answered in a real browser; the answers come back through
 * Postfix as they should, crossed, again, and to the wrong people.
 */
export async function proveAnswers(t: Test, tools: AnswerTools): Promise<void> {
  const { lab, letterTo, passwordFor } = tools
  // A report to a server without TLS would itself be refused, so one letter goes to a good one.
  const [one, two] = ['answer-one@weak.test', 'answer-two@good.test'] as const
  const [anna, eva] = ['answer-one@home.test', 'answer-two@home.test'] as const
  for (const recipient of [one, two])
    await lab.send({ ...letterTo(recipient), class: 'confidential' })
  const sealed = [await lab.arrived(one), await lab.arrived(two)] as const
  const passwords = [await passwordFor(one), await passwordFor(two)] as const
  const file = { name: 'Überweisung 1.bin', mimeType: 'application/x-test', buffer: FILE }
  const write = async (index: 0 | 1) =>
    [
      await letterIn(sealed[index].message),
      { password: passwords[index], text: TEXT, file },
    ] as const
  const [ofOne, ofTwo] = await answeredInChromium([await write(0), await write(1)])
  if (ofOne === undefined || ofTwo === undefined) throw new Error('nothing was answered')

  await t.test('an answer from a browser is a normal mail to the sender of the letter', async t => {
    await lab.send(inbound(one, [anna], [ofOne], 'first'))
    const arrival = await lab.arrived(anna)
    t.same(fields(arrival, 'From'), [one])
    t.same(fields(arrival, 'To'), [anna])
    t.same(fields(arrival, 'Subject'), ['Re: [confidential] Findings of Mr Example'])
    t.same(fields(arrival, 'In-Reply-To'), fields(sealed[0], 'Message-ID'))
    t.match(fields(arrival, 'Message-ID'), [/^<answer\.[0-9a-f]{32}@home\.test>$/])
    const { text, files, original } = await contentOf(arrival)
    t.match(text, /^Answer to your sealed letter/)
    t.ok(text.trimEnd().endsWith(TEXT))
    t.same(files, [['Überweisung 1.bin', sha256(FILE)]])
    t.match(original, /^Message-ID: <first@weak\.test>\r$/m)
    t.ok((await letterIn(Buffer.from(original, 'latin1'))).equals(ofOne))
    await lab.watch.settled()
    t.equal(lab.arrivals(anna).length, 2, 'the notice and the answer')
  })

  await t.test(
    'crossed, again, or to somebody else it opens for nobody who may not read it',
    async t => {
      const headerOf = (file: Buffer): string =>
        /<script type="application\/json" id="letter-header">\s*(\{.*\})/.exec(
          file.toString('latin1'),
        )?.[1] ?? ''
      const named = (header: string, name: string): string =>
        new RegExp(`"${name}":"[^"]+"`).exec(header)?.[0] ?? 'none'
      const [from, to] = [headerOf(ofOne), headerOf(ofTwo)]
      const crossed = ['ref', 'rcpt'].reduce(
        (text, name) => text.replace(named(from, name), named(to, name)),
        ofOne.toString('latin1'),
      )
      t.not(crossed, ofOne.toString('latin1'))
      const attempts: readonly (readonly [string, readonly string[], Buffer])[] = [
        ['crossed', [eva], Buffer.from(crossed, 'latin1')],
        ['other', [eva], ofOne],
        ['both', [anna, eva], ofOne],
      ]
      for (const [id, recipients, bytes] of attempts) {
        await lab.send(inbound('mallory@weak.test', recipients, [bytes], id))
        const arrival = await lab.arrived(eva)
        t.match(fields(arrival, 'Message-ID'), [`<${id}@weak.test>`], id)
        t.ok((await letterIn(arrival.message)).equals(bytes), `${id}: as it came`)
        t.notMatch(arrival.message.toString('latin1'), TEXT)
      }
      await lab.send(inbound('mallory@weak.test', [anna], [ofOne], 'replayed'))
      const replayed = await lab.arrived(anna)
      const { text } = await contentOf(replayed)
      t.match(text, /^CAUTION: this very answer arrived before/)
      t.match(text.replace(/\s+/g, ' '), 'names <mallory@weak.test> as its sender')
      const rows = await lab.log()
      const said = rows.flatMap(({ row, reason }) => (row === 'answer.left' ? [reason] : []))
      t.same(
        said.map(reason => String(reason).replace('answer to a sealed letter, not opened: ', '')),
        [
          'the password of its letter does not open it',
          'it came to somebody else than the sender of its letter',
          'it came to several recipients',
        ],
      )
    },
  )

  await t.test('a report about it says nothing of it to the outside', async t => {
    await lab.server('home.test').become({ refuse: 'message', reply: '552 5.2.2 Mailbox full' })
    await lab.send(inbound(two, [eva], [ofTwo], 'full'))
    const { text } = await reportTo(lab, two)
    await lab.server('home.test').become('good')
    t.match(text, 'Mailbox full')
    t.match(text, 'for the inside only')
    t.notMatch(text, /Findings|leg is well/)
  })

  await t.test('nothing of an answer is left at the gateway', async t => {
    await lab.watch.settled()
    const found = await runCommand('grep', ['-rlaF', TEXT, lab.directory])
    t.same([found.code, found.stdout], [1, ''])
    t.match(await lab.does('password', 'list'), /to answer-one@weak\.test/)
  })
}

async function contentOf({ message }: Arrival): Promise<{
  readonly text: string
  readonly files: readonly (readonly [string | undefined, string])[]
  readonly original: string
}> {
  const mail = parseMail(message)
  const texts: Buffer[] = []
  const files: (readonly [string | undefined, string])[] = []
  let original = ''
  for (const [index, part] of mail.root.children.entries()) {
    if (part.type === 'message/rfc822') {
      original = message.toString('latin1', part.body.start, part.body.end)
      continue
    }
    const pieces: Buffer[] = []
    for await (const piece of mail.decoded(part)) pieces.push(Buffer.from(piece))
    if (index === 0) texts.push(...pieces)
    else files.push([part.fileName, sha256(Buffer.concat(pieces))])
  }
  return { text: Buffer.concat(texts).toString(), files, original }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
