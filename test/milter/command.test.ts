import t from 'tap'
import {
  type Command,
  encodeCommand,
  parseConnect,
  parseHeader,
  parseStrings,
} from '../../src/milter/command.js'
import { packetsIn } from '../support/milter-peer.js'

const WIRE: readonly (readonly [string, Command, string])[] = [
  [
    'a connection over IPv4',
    { kind: 'connect', host: 'h.test', family: 'inet', address: '192.0.2.1', port: 12345 },
    'Ch.test|409192.0.2.1|',
  ],
  [
    'a connection over a local socket',
    { kind: 'connect', host: 'localhost', family: 'unix', address: '/run/x', port: 0 },
    'Clocalhost|L||/run/x|',
  ],
  [
    'a connection from nowhere',
    { kind: 'connect', host: 'h', family: 'unknown', address: '', port: 0 },
    'Ch|U',
  ],
  ['a greeting', { kind: 'helo', name: 'h.test' }, 'Hh.test|'],
  [
    'a sender with parameters',
    { kind: 'mail', address: '<a@b>', parameters: ['SIZE=1', 'SMTPUTF8'] },
    'M<a@b>|SIZE=1|SMTPUTF8|',
  ],
  ['a null sender without brackets', { kind: 'mail', address: '', parameters: [] }, 'M|'],
  ['a recipient', { kind: 'rcpt', address: '<a@b>', parameters: [] }, 'R<a@b>|'],
  ['data', { kind: 'data' }, 'T'],
  ['an empty header field', { kind: 'header', name: 'X', value: '' }, 'LX||'],
  ['an 8-bit header field', { kind: 'header', name: 'X', value: ' \xff' }, 'LX| \xff|'],
  ['the end of the header', { kind: 'eoh' }, 'N'],
  ['body bytes', { kind: 'body', chunk: Buffer.from('a\0b') }, 'Ba|b'],
  ['the end of the message', { kind: 'end-of-message', chunk: Buffer.alloc(0) }, 'E'],
  ['abort', { kind: 'abort' }, 'A'],
  ['quit', { kind: 'quit' }, 'Q'],
  ['quit for a new connection', { kind: 'quit-new-connection' }, 'K'],
  ['an unknown command', { kind: 'unknown', line: 'FOO bar' }, 'UFOO bar|'],
  [
    'macros',
    { kind: 'macros', command: 0x4d, macros: { i: '4jX', '{mail_addr}': '' } },
    'DMi|4jX|{mail_addr}||',
  ],
  ['no macros', { kind: 'macros', command: 0x48, macros: {} }, 'DH'],
]

for (const [name, command, want] of WIRE) {
  void t.test(`${name} is written as Postfix writes it`, async t => {
    t.same(packetsIn(encodeCommand(command)), [want])
  })
}

const whole = (text: string): [Buffer, number, number] => {
  const buffer = Buffer.from(text, 'latin1')
  return [buffer, 0, buffer.length]
}

const CONNECTS = [
  [
    'IPv4',
    'h\x004\x30\x39192.0.2.1\0',
    { host: 'h', family: 'inet', address: '192.0.2.1', port: 12345 },
  ],
  [
    'IPv6',
    'h\x006\0\x192001:db8::1\0',
    { host: 'h', family: 'inet6', address: '2001:db8::1', port: 25 },
  ],
  [
    "IPv6 in sendmail's form",
    'h\x006\0\x19IPv6:::1\0',
    { host: 'h', family: 'inet6', address: '::1', port: 25 },
  ],
  ['a local socket', 'h\0L\0\0/run/x\0', { host: 'h', family: 'unix', address: '/run/x', port: 0 }],
  ['an unknown family', 'h\0U', { host: 'h', family: 'unknown', address: '', port: 0 }],
] as const

for (const [name, payload, want] of CONNECTS) {
  void t.test(`CONNECT with ${name} is read, and refused when cut anywhere`, async t => {
    t.same(parseConnect(...whole(payload)), want)
    let refused = 0
    for (let cut = 0; cut < payload.length; cut += 1) {
      t.throws(() => parseConnect(...whole(payload.slice(0, cut))), { code: 'ERR_MILTER_PROTOCOL' })
      refused += 1
    }
    t.ok(refused > 2)
  })
}

const BAD_CONNECTS = [
  ['an unknown family byte', 'h\0X\0\x19a\0'],
  ['no NUL at the end', 'h\x004\0\x19192.0.2.1'],
  ['two addresses', 'h\x004\0\x19192.0.2.1\0b\0'],
] as const
for (const [name, payload] of BAD_CONNECTS) {
  void t.test(`CONNECT with ${name} is refused`, async t => {
    t.throws(() => parseConnect(...whole(payload)), { code: 'ERR_MILTER_PROTOCOL' })
  })
}

void t.test('strings end in NUL, each of them', async t => {
  t.same(parseStrings('MAIL', ...whole('<a@b>\0SIZE=1\0')), ['<a@b>', 'SIZE=1'])
  t.same(parseStrings('MAIL', ...whole('\0')), [''])
  t.throws(() => parseStrings('MAIL', ...whole('')), { message: 'MAIL is malformed' })
  t.throws(() => parseStrings('MAIL', ...whole('<a@b>')), { code: 'ERR_MILTER_PROTOCOL' })
})

void t.test('a header field is name NUL value NUL', async t => {
  t.equal(parseHeader(...whole('X\0 v\0')), 'X\0 v')
  t.equal(parseHeader(...whole('X\0\0')), 'X\0')
  t.equal(parseHeader(...whole('X\0 v\0more\0')), 'X\0 v')
  for (const bad of ['', 'X', 'X\0', 'X\0 v']) {
    t.throws(() => parseHeader(...whole(bad)), { code: 'ERR_MILTER_PROTOCOL' }, JSON.stringify(bad))
  }
})
