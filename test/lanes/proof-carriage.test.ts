import t from 'tap'
import { enterNamespace } from '../../sandbox/namespace.js'
import type { Arrival } from '../../sandbox/receiver.js'
import { LaneLab } from '../support/lane-lab.js'
import { written } from '../support/lane-letter.js'
import { asSent, parts } from '../support/lane-text.js'

t.setTimeout(400_000)
await enterNamespace()

const MEGABYTE = 1024 * 1024
const LIMIT = 50 * MEGABYTE
/** What leads out by each lane: bound at once, by split, by the way back, and inside. */
const WAYS = [
  { way: 'bound at once to qtls', domain: 'good.test', beside: [] },
  { way: 'by split and qtls', domain: 'good.test', beside: ['beside@home.test'] },
  { way: 'bound at once to tls', domain: 'selfsigned.test', beside: [] },
  { way: 'by qtls, back, and tls', domain: 'wrongname.test', beside: [] },
  { way: 'inside', domain: 'home.test', beside: [] },
] as const

const lab = await LaneLab.start(t, {
  mainCf: { message_size_limit: String(LIMIT), header_size_limit: '204800' },
  settings: '[plugin."rewrite/mark"]\nlock = ""\n',
})

/** A body that every gateway is tempted to mend. */
const ODD_BODY = [
  '.one dot\r\n..two dots\r\n.\t\r\n',
  'trailing blanks   \r\n\r\n\r\n',
  `${'x'.repeat(990)}\r\n`,
  'gr\xfc\xdfe \xff\xfe\x01\x7f\r\n',
  'From somebody\r\n',
  '\r\n\r\n',
].join('')

const ODD_HEADERS = [
  'X-Folded: one\r\n two\r\n\tthree\r\n',
  'X-Blank-Behind: value  \r\n',
  'X-Empty:\r\n',
  'x-twice: 1\r\nX-Twice: 2\r\n',
  `X-Long: ${'long '.repeat(150)}\r\n`,
].join('')

let number = 0

for (const { way, domain, beside } of WAYS) {
  const to = (): string => `carried.${++number}@${domain}`

  await t.test(`${way}: what is not to be changed arrives byte for byte`, async t => {
    const recipient = to()
    const letter = { to: [recipient, ...beside], headers: ODD_HEADERS, body: ODD_BODY }
    const { bytes } = written(letter)
    await lab.send({ ...letter, message: bytes, parameters: 'BODY=8BITMIME' })
    const arrival = await lab.arrived(recipient)
    t.equal(parts(arrival).body, ODD_BODY)
    t.equal(asSent(withoutStatement(arrival)).toString('latin1'), bytes.toString('latin1'))
    t.equal(arrival.senderParameters['BODY'], '8BITMIME')
  })

  await t.test(`${way}: the options of a report arrive with it`, async t => {
    const recipient = to()
    const behind = `NOTIFY=FAILURE,DELAY ORCPT=rfc822;first+2Bone@home.test`
    await lab.send({
      to: [`${recipient} ${behind}`, ...beside],
      parameters: 'RET=FULL ENVID=letter+2Bof+3Dmine',
    })
    const { senderParameters, recipientParameters } = await lab.arrived(recipient)
    t.equal(senderParameters['ENVID'], 'letter+of=mine')
    t.equal(senderParameters['RET'], 'FULL')
    const [{ NOTIFY: notify, ORCPT: original } = {}] = recipientParameters
    t.same(String(notify).split(',').toSorted(), ['DELAY', 'FAILURE'])
    t.equal(original, 'rfc822;first+one@home.test')
  })

  // Nothing above normal goes to the others.
  if (domain === 'good.test')
    await t.test(`${way}: a report of mail above normal has the header only`, async t => {
      const recipient = to()
      await lab.send({
        to: [recipient, ...beside],
        class: 'high',
        parameters: 'RET=FULL ENVID=letter+2Bof+3Dmine',
      })
      const { senderParameters } = await lab.arrived(recipient)
      t.equal(senderParameters['RET'], 'HDRS')
      t.equal(senderParameters['ENVID'], 'letter+of=mine')
    })

  await t.test(`${way}: mail of nobody stays mail of nobody`, async t => {
    const recipient = to()
    await lab.send({ from: '', to: [recipient, ...beside] })
    t.equal((await lab.arrived(recipient)).sender, '')
  })

  await t.test(`${way}: an address of other letters`, async t => {
    const recipient = Buffer.from(`gr\u00fcezi.${++number}@${domain}`)
    const message = Buffer.concat([
      Buffer.from('From: anna@home.test\r\nTo: '),
      recipient,
      Buffer.from(
        '\r\nSubject: gr\u00fcezi\r\nMessage-ID: <utf8@home.test>\r\n\r\ngr\u00fcezi\r\n',
      ),
    ])
    await lab.send({
      to: [recipient.toString('latin1'), ...beside],
      parameters: 'SMTPUTF8 BODY=8BITMIME',
      message,
    })
    const arrival = await lab.arrived(recipient.toString())
    t.equal(arrival.senderParameters['SMTPUTF8'], true)
    t.equal(asSent(withoutStatement(arrival)).includes(message.subarray(0, 80)), true)
  })

  await t.test(`${way}: a message in pieces`, async t => {
    const recipient = to()
    await lab.send({ to: [recipient, ...beside], body: ODD_BODY, chunkBytes: 100 })
    t.equal(parts(await lab.arrived(recipient)).body, ODD_BODY)
  })
}

await t.test(
  '50 megabytes, as much as Postfix takes, pass every lane and every listener',
  async t => {
    const to = [
      'large@good.test',
      'large@selfsigned.test',
      'large@wrongname.test',
      'large@home.test',
    ]
    const line = `${'0123456789'.repeat(7)}\r\n`
    const lines = Math.floor((LIMIT - written({ to }).bytes.length - 4000) / line.length)
    const body = line.repeat(lines)
    t.match(await lab.refused({ to, body: body + line.repeat(100), chunkBytes: MEGABYTE }), /^552/)
    await lab.send({ to, body, chunkBytes: MEGABYTE })
    for (const recipient of to) {
      const { message } = await lab.arrived(recipient)
      const start = message.indexOf('\r\n\r\n') + 4
      t.equal(message.length - start, body.length, recipient)
      t.ok(message.subarray(start).equals(Buffer.from(body, 'latin1')))
    }
  },
)

/** On the way by `qtls` mail says that it was protected. */
function withoutStatement({ message }: Arrival): Arrival {
  const text = message.toString('latin1').replace(/^X-Postseal-Protection: .*\r\n/m, '')
  return { message: Buffer.from(text, 'latin1') } as Arrival
}
