import t from 'tap'
import {
  readRecipient,
  readSender,
  recipientParameters,
  senderParameters,
  wireAddress,
} from '../../src/milter/envelope.js'

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const SENDERS: readonly (readonly [string, string, string])[] = [
  ['in brackets', '<a@ex.test>', 'a@ex.test'],
  ['without brackets', 'a@ex.test', 'a@ex.test'],
  ['the null sender', '<>', ''],
  ['the null sender of a local bounce', '', ''],
  ['a quoted local part', '<"quoted local"@ex.test>', '"quoted local"@ex.test'],
  ['UTF-8', latin1('<zoë@ex.test>'), 'zoë@ex.test'],
  ['bytes that are not UTF-8', '<\xff@ex.test>', '\xff@ex.test'],
]
for (const [name, raw, want] of SENDERS) {
  void t.test(`an address ${name} is read and its bytes are kept`, async t => {
    const sender = readSender([raw])
    t.equal(sender.address, want)
    t.equal(sender.raw, raw)
    t.ok(Object.isFrozen(sender))
  })
}

void t.test(
  'ESMTP parameters are a map with upper-case keywords, and a list as received',
  async t => {
    const { parameters, rawParameters, rejected } = readRecipient(
      ['<a@b>', 'notify=NEVER', 'ORCPT=rfc822;a+3Db', 'SMTPUTF8'],
      true,
    )
    t.same(
      [...parameters],
      [
        ['NOTIFY', 'NEVER'],
        ['ORCPT', 'rfc822;a+3Db'],
        ['SMTPUTF8', ''],
      ],
    )
    t.same(rawParameters, ['notify=NEVER', 'ORCPT=rfc822;a+3Db', 'SMTPUTF8'])
    t.equal(rejected, true)
  },
)

const GOOD: readonly (readonly [string, string])[] = [
  ['a@b.test', '<a@b.test>'],
  ['<a@b.test>', '<a@b.test>'],
  ['postmaster', '<postmaster>'],
  ['"a b"@c.test', '<"a b"@c.test>'],
  ['"a>b"@c.test', '<"a>b"@c.test>'],
  ['zoë@b.test', latin1('<zoë@b.test>')],
  ['a@[192.0.2.1]', '<a@[192.0.2.1]>'],
]
for (const [address, want] of GOOD) {
  void t.test(`${address} goes out in brackets`, async t => {
    t.equal(wireAddress(address, 'recipient'), want)
  })
}

void t.test('what cannot be an address is refused', async t => {
  const bad = [
    '',
    '<>',
    'a b@c',
    'a@b@c',
    'a@b> NOTIFY=NEVER',
    'a\0@b',
    'a\r\n@b',
    '"a@b',
    'a@',
    '@b',
  ]
  for (const address of bad) {
    t.throws(() => wireAddress(address, 'recipient'), { code: 'ERR_MILTER_ADDRESS' }, address)
  }
  t.equal(wireAddress('', 'sender'), '<>')
})

void t.test('DSN parameters are written as RFC 3461 says', async t => {
  t.equal(recipientParameters({}), '')
  t.equal(recipientParameters({ notify: 'never' }), 'NOTIFY=NEVER')
  t.equal(recipientParameters({ notify: ['success', 'delay'] }), 'NOTIFY=SUCCESS,DELAY')
  t.equal(recipientParameters({ notify: [] }), '')
  t.equal(recipientParameters({ orcpt: 'a+b=c@d.test' }), 'ORCPT=rfc822;a+2Bb+3Dc@d.test')
  t.equal(senderParameters({ ret: 'hdrs', envid: 'id 1' }), 'RET=HDRS ENVID=id+201')
  t.equal(senderParameters({}), '')
  t.throws(() => senderParameters({ envid: 'a\nb' }), { code: 'ERR_MILTER_ADDRESS' })
  t.throws(() => recipientParameters({ orcpt: '' }), { code: 'ERR_MILTER_ADDRESS' })
})
