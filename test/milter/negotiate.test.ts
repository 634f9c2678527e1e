import t from 'tap'
import type { MilterHandlers } from '../../src/milter/handlers.js'
import {
  ACTIONS,
  PROTOCOL,
  encodeNegotiated,
  isAnswered,
  negotiate,
  parseOptionOffer,
} from '../../src/milter/negotiate.js'
import { negotiationWish } from '../../src/milter/negotiation-wish.js'
import { replies } from '../../src/milter/reply.js'
import { packetsIn } from '../support/milter-peer.js'

const POSTFIX = { version: 6, actions: 0x1ff, protocol: 0x1fffff }
const pass = () => replies.continue

/** Names of the bits set. */
function names(bits: number): string {
  return Object.entries(PROTOCOL)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(' ')
}

const MESSAGE_ONLY =
  'NOEOH NR_HDR NOUNKNOWN SKIP NR_CONN NR_HELO NR_MAIL NR_RCPT NR_DATA NR_UNKN NR_EOH NR_BODY HDR_LEADSPC'

const BY_HANDLERS: readonly (readonly [string, MilterHandlers, 'unix' | 'tcp', string])[] = [
  [
    'a message handler on a local socket: nothing is answered but the end',
    { message: pass },
    'unix',
    MESSAGE_ONLY,
  ],
  [
    'on TCP the reply to DATA is kept',
    { message: pass },
    'tcp',
    MESSAGE_ONLY.replace('NR_DATA ', ''),
  ],
  [
    'neither header nor body wanted',
    { needs: { headers: false, body: false }, message: pass },
    'unix',
    `NOBODY NOHDRS ${MESSAGE_ONLY}`,
  ],
  [
    'a body only streamed is sent all the same',
    { needs: { body: 'stream' }, message: pass, body: () => undefined },
    'unix',
    MESSAGE_ONLY,
  ],
  [
    'only connect: no envelope, no content, and its reply',
    { connect: pass },
    'unix',
    'NORCPT NOBODY NOHDRS NOEOH NR_HDR NOUNKNOWN NODATA SKIP NR_HELO NR_MAIL NR_RCPT NR_DATA NR_UNKN NR_EOH NR_BODY HDR_LEADSPC',
  ],
  [
    'only connect on TCP: DATA is never left out',
    { connect: pass },
    'tcp',
    'NORCPT NOBODY NOHDRS NOEOH NR_HDR NOUNKNOWN SKIP NR_HELO NR_MAIL NR_RCPT NR_UNKN NR_EOH NR_BODY HDR_LEADSPC',
  ],
  [
    'a handler for everything: everything is answered',
    {
      connect: pass,
      helo: pass,
      mail: pass,
      rcpt: pass,
      data: pass,
      unknown: pass,
      header: pass,
      eoh: pass,
      streamBody: pass,
      message: pass,
    },
    'unix',
    'SKIP HDR_LEADSPC',
  ],
  [
    'rejected recipients are asked for',
    { needs: { rejectedRecipients: true }, message: pass },
    'unix',
    MESSAGE_ONLY.replace('SKIP', 'SKIP RCPT_REJ'),
  ],
]
for (const [name, handlers, transport, want] of BY_HANDLERS) {
  void t.test(name, async t => {
    const { protocol } = negotiate(POSTFIX, negotiationWish(handlers), transport)
    t.equal(names(protocol), names(bitsOf(want)))
  })
}

function bitsOf(list: string): number {
  return list.split(' ').reduce((bits, name) => bits | PROTOCOL[name as keyof typeof PROTOCOL], 0)
}

const OFFERS: readonly (readonly [string, [number, number, number], [number, number, number]])[] = [
  ['version 6', [6, 0x1ff, 0x1fffff], [6, 0xff, bitsOf(MESSAGE_ONLY)]],
  ['a version we do not know', [7, 0xffffffff, 0xffffffff], [6, 0xff, bitsOf(MESSAGE_ONLY)]],
  ['version 4', [4, 0x1f, 0x3ff], [4, 0x1f, bitsOf('NOEOH NR_HDR NOUNKNOWN')]],
  ['version 3', [3, 0x1f, 0x1ff], [3, 0x1f, bitsOf('NOEOH NR_HDR NOUNKNOWN')]],
  ['version 2', [2, 0x1f, 0x7f], [2, 0x1f, bitsOf('NOEOH')]],
  ['version 2 with nothing said', [2, 0, 0], [2, 0x0f, 0]],
]
for (const [name, [version, actions, protocol], want] of OFFERS) {
  void t.test(`${name}: nothing is asked that was not offered`, async t => {
    const got = negotiate(
      { version, actions, protocol },
      negotiationWish({ message: pass }),
      'unix',
    )
    t.same([got.version, got.actions, got.protocol], want)
  })
}

void t.test('a reply is owed where the MTA cannot be told to do without', async t => {
  const wish = negotiationWish({ message: pass })
  t.ok(isAnswered(negotiate({ version: 2, actions: 0x1f, protocol: 0x7f }, wish, 'unix'), 'body'))
  t.notOk(isAnswered(negotiate(POSTFIX, wish, 'unix'), 'body'))
})

void t.test('version 1 is refused', async t => {
  t.throws(() => negotiate({ version: 1, actions: 0, protocol: 0 }, negotiationWish({}), 'unix'), {
    code: 'ERR_MILTER_PROTOCOL',
  })
})

void t.test('only the edits declared are asked for', async t => {
  const wish = negotiationWish({ needs: { edits: ['add-header', 'change-sender'] }, message: pass })
  t.equal(negotiate(POSTFIX, wish, 'unix').actions, 0x41)
})

void t.test('once a macro list is asked for, the other stages ask for their usual one', async t => {
  const handlers = {
    needs: { macros: { connect: ['j', '{client_addr}'], helo: [] } },
    message: pass,
  }
  const negotiated = negotiate(POSTFIX, negotiationWish(handlers), 'unix')
  t.equal(negotiated.actions & ACTIONS['request-macros'], ACTIONS['request-macros'])
  const [packet = ''] = packetsIn(encodeNegotiated(negotiated))
  t.equal(
    packet.slice(13),
    '||||j {client_addr}|' +
      '|||\x01|' +
      '|||\x02i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}|' +
      '|||\x03i {rcpt_addr} {rcpt_host} {rcpt_mailer}|' +
      '|||\x04i|' +
      '|||\x05i|' +
      '|||\x06i|',
  )
})

void t.test('no macro list goes to an MTA that does not take them', async t => {
  const wish = negotiationWish({ needs: { macros: { connect: ['j'] } }, message: pass })
  const negotiated = negotiate({ ...POSTFIX, actions: 0xff }, wish, 'unix')
  t.equal(encodeNegotiated(negotiated).length, 17)
})

void t.test('an offer is twelve bytes', async t => {
  const bytes = Buffer.from('00000006000001ff001fffff', 'hex')
  t.same(parseOptionOffer(bytes), POSTFIX)
  let refused = 0
  for (let cut = 0; cut < 12; cut += 1) {
    t.throws(() => parseOptionOffer(bytes.subarray(0, cut)), { code: 'ERR_MILTER_PROTOCOL' })
    refused += 1
  }
  t.equal(refused, 12)
})
