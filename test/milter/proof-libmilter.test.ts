import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type Command, createMilterServer, encodePacket } from '../../src/milter/index.js'
import { compileFilter, withLibmilter } from '../support/milter-libmilter.js'
import { handlersOf } from '../support/milter-spec.js'
import { type Line, type Offer, transcriptOf } from '../support/milter-transcript.js'

/** What Postfix offers; and the same without the space before the value of a header. */
const EXACT: Offer = { version: 6, actions: 0x1ff, protocol: 0x1fffff }
const SIX: Offer = { version: 6, actions: 0x1ff, protocol: 0x0fffff }
const FOUR: Offer = { version: 4, actions: 0x3f, protocol: 0x37f }
const THREE: Offer = { version: 3, actions: 0x3f, protocol: 0x17f }
const TWO: Offer = { version: 2, actions: 0x3f, protocol: 0x7f }

const CONNECT: Command = {
  kind: 'connect',
  host: 'client.test',
  family: 'inet',
  address: '192.0.2.1',
  port: 4711,
}
const HELO: Command = { kind: 'helo', name: 'client.test' }
const MAIL: Command = {
  kind: 'mail',
  address: '<a@sender.test>',
  parameters: ['SIZE=10', 'BODY=8BITMIME'],
}
const RCPT: Command = { kind: 'rcpt', address: '<x@rcpt.test>', parameters: [] }
const DATA: Command = { kind: 'data' }
const EOH: Command = { kind: 'eoh' }
const EOM: Command = { kind: 'end-of-message', chunk: Buffer.alloc(0) }
const QUIT: Command = { kind: 'quit' }
const ABORT: Command = { kind: 'abort' }
const header = (name: string, value: string): Command => ({ kind: 'header', name, value })
const body = (text: string): Command => ({ kind: 'body', chunk: Buffer.from(text, 'latin1') })
const macros = (letter: string, macros: Record<string, string>): Command => ({
  kind: 'macros',
  command: letter.charCodeAt(0),
  macros,
})

const CONTENT = [
  header('Subject', 's'),
  header('X-A', 'one\n\tfolded'),
  header('x-a', 'gr\xfc\xdf'),
  header('X-Empty', ''),
  EOH,
  body('first\r\n'),
  body('sec\0ond\r\n'),
]
const SESSION = [CONNECT, HELO, MAIL, RCPT, DATA, ...CONTENT, EOM]

type Case = [name: string, spec: readonly string[], lines: readonly Line[], offer?: Offer]

const STAGES: [stage: string, command: Command][] = [
  ['connect', CONNECT],
  ['helo', HELO],
  ['mail', MAIL],
  ['rcpt', RCPT],
  ['data', DATA],
  ['header', header('Subject', 's')],
  ['eoh', EOH],
  ['body', body('first\r\n')],
  ['eom', EOM],
]

const REPLIES = [
  'accept',
  'reject',
  'tempfail',
  'discard',
  'code:550:5.7.9:no',
  'code:451:4.7.9:100% later|and %s',
]

/** Every reply at every stage, and what comes after it. */
const ANSWERS: Case[] = STAGES.flatMap(([stage, command], at) =>
  REPLIES.filter(reply => at > 1 || reply !== 'discard').map((reply): Case => {
    const before = STAGES.slice(0, at).map(([, one]) => one)
    return [`${reply} at ${stage}`, [`${stage}=${reply}`], [...before, command, ABORT, QUIT]]
  }),
)

const EDITS: Case[] = [
  ['add:X-New:value'],
  ['add:X-New:one\n\ttwo'],
  ['insert:0:X-New:value'],
  ['insert:1:X-New:value'],
  ['insert:2:X-New:value'],
  ['change:1:Subject:new'],
  ['body:new\r\n'],
  [`body:${'x'.repeat(70_000)}`],
  ['rcpt:<y@rcpt.test>'],
  ['rcptpar:<y@rcpt.test>:NOTIFY=NEVER'],
  ['unrcpt:<x@rcpt.test>'],
  ['from:<b@sender.test>:'],
  ['from:<b@sender.test>:RET=HDRS'],
  ['quarantine:why'],
  ['change:1:Subject:new', 'add:X-New:value', 'from:<b@sender.test>:', 'body:new\r\n'],
].map(edits => [
  edits.join(' ').slice(0, 60),
  edits.map(edit => `edit=${edit}`),
  [...SESSION, QUIT],
])

const REPORT = ['edit=report']

const CONVERSATIONS: Case[] = [
  ['a plain session', REPORT, [...SESSION, QUIT]],
  ['version 4', REPORT, [...SESSION, QUIT], FOUR],
  ['version 3 has no DATA', REPORT, SESSION.filter(line => line !== DATA), THREE],
  ['version 2 has no DATA', REPORT, SESSION.filter(line => line !== DATA), TWO],
  [
    'an end of message with the last of the body',
    REPORT,
    [...SESSION.slice(0, -1), { kind: 'end-of-message', chunk: Buffer.from('rest') }],
  ],
  ['a body of no chunk', REPORT, [CONNECT, HELO, MAIL, RCPT, DATA, EOH, EOM]],
  ['two messages', REPORT, [...SESSION, ABORT, ...SESSION.slice(2), ABORT, ABORT, QUIT]],
  [
    'a second HELO',
    REPORT,
    [CONNECT, HELO, MAIL, ABORT, { kind: 'helo', name: 'again' }, ...SESSION.slice(2)],
  ],
  [
    'an unknown command between two messages',
    ['unknown=code:550:5.5.1:no', ...REPORT],
    [CONNECT, HELO, { kind: 'unknown', line: 'FROB x' }, ...SESSION.slice(2)],
  ],
  [
    'an unknown command that is rejected',
    ['unknown=reject'],
    [CONNECT, HELO, { kind: 'unknown', line: 'FROB x' }, ABORT, QUIT],
  ],
  [
    'a client of IPv6',
    REPORT,
    [{ ...CONNECT, family: 'inet6', address: '2001:db8::1' }, ...SESSION.slice(1)],
  ],
  [
    'a client of IPv6 with the tag of sendmail',
    REPORT,
    [{ ...CONNECT, family: 'inet6', address: 'IPv6:2001:db8::1' }, ...SESSION.slice(1)],
  ],
  [
    'a client of no address',
    REPORT,
    [{ ...CONNECT, family: 'unknown', address: '', port: 0 }, ...SESSION.slice(1)],
  ],
  [
    'a sender without brackets',
    REPORT,
    [CONNECT, HELO, { ...MAIL, address: '', parameters: [] }, ...SESSION.slice(3)],
  ],
  [
    'macros of every step, and of the message before',
    REPORT,
    [
      macros('C', { j: 'mx.test' }),
      CONNECT,
      macros('H', { '{tls_version}': 'TLSv1.3' }),
      HELO,
      macros('M', { '{auth_authen}': 'user' }),
      MAIL,
      macros('R', { '{rcpt_addr}': 'x', i: 'ID1' }),
      RCPT,
      macros('R', { '{rcpt_addr}': 'y' }),
      RCPT,
      macros('L', { i: 'ID2' }),
      ...CONTENT,
      macros('E', { i: 'ID3' }),
      EOM,
      ABORT,
      macros('M', { '{auth_authen}': 'other' }),
      ...SESSION.slice(2),
      ABORT,
      macros('H', { '{tls_version}': 'TLSv1.2' }),
      HELO,
      macros('M', { i: 'ID4' }),
      ...SESSION.slice(2),
    ],
  ],
  ['header fields with their space', [], [...SESSION, QUIT], EXACT],
  ['edits with a space', ['edit=change:1:Subject: new', 'edit=add:X-New: v'], SESSION, EXACT],
  [
    'a new session on the same connection',
    REPORT,
    [...SESSION, { kind: 'quit-new-connection' }, CONNECT, HELO, ...SESSION.slice(2), QUIT],
  ],
  [
    'skip at the body',
    ['body=skip', ...REPORT],
    SESSION.filter(line => line.kind !== 'body' || line === CONTENT[5]),
  ],
  ['a packet of length 0', [], [CONNECT, Buffer.from([0, 0, 0, 0, 0])]],
  ['an unknown command byte', [], [CONNECT, encodePacket(0x7a)]],
  [
    'a header without its second NUL',
    [],
    [...SESSION.slice(0, 5), encodePacket(0x4c, 'X-A\0value')],
  ],
]

interface Difference {
  readonly name: string
  readonly why: string
  readonly spec: readonly string[]
  readonly lines: readonly Line[]
  readonly offer?: Offer
  /** Packets from the first that differs to the last. */
  readonly theirs: readonly string[]
  readonly ours: readonly string[]
}

/** Version 6, all actions, SKIP. */
const AGREED = '\0\0\0\x06\0\0\x01\xff\0\0\x04\0'

const ALL_LISTS = [
  '\0\0\0\x00j {daemon_name} {daemon_addr} v _\0',
  '\0\0\0\x01{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}\0',
  '\0\0\0\x02i {auth_authen}\0',
  '\0\0\0\x03i {rcpt_addr} {rcpt_host} {rcpt_mailer}\0',
  '\0\0\0\x04i\0',
  '\0\0\0\x05i\0',
  '\0\0\0\x06i\0',
].join('')

/** What the filters saw of two messages, up to the macros. */
const TWICE =
  'client.test 192.0.2.1 4711|client.test|' +
  '<a@sender.test>,SIZE=10,BODY=8BITMIME,|<x@rcpt.test>,|'.repeat(2) +
  '36 16|'

/** Where they differ on purpose. */
const DIFFERENCES: readonly Difference[] = [
  {
    name: 'the name of a changed field',
    why: 'keeps the spelling that was received: Postfix writes the name that the filter sends',
    spec: ['edit=change:2:X-A:new'],
    lines: SESSION,
    theirs: [packet('m', '\0\0\0\x02X-A\0new\0')],
    ours: [packet('m', '\0\0\0\x02x-a\0new\0')],
  },
  {
    name: 'two edits of fields of one name',
    why: 'goes from the last to the first: Postfix counts anew after each, sendmail does not',
    spec: ['edit=change:1:X-A:', 'edit=change:2:X-A:new'],
    lines: [...SESSION.slice(0, 5), header('X-A', '1'), header('X-A', '2'), EOH, EOM],
    theirs: [packet('m', '\0\0\0\x01X-A\0\0'), packet('m', '\0\0\0\x02X-A\0new\0')],
    ours: [packet('m', '\0\0\0\x02X-A\0new\0'), packet('m', '\0\0\0\x01X-A\0\0')],
  },
  {
    name: 'a field that is not there is changed',
    why: 'says that it is an addition',
    spec: ['edit=change:1:X-New:value'],
    lines: SESSION,
    theirs: [packet('m', '\0\0\0\x01X-New\0value\0')],
    ours: [packet('h', 'X-New\0value\0')],
  },
  {
    name: 'a value without a space in front',
    why: 'puts one: with the space agreed an MTA puts none',
    spec: ['edit=add:X-New:value'],
    lines: SESSION,
    offer: EXACT,
    theirs: [packet('h', 'X-New\0value\0')],
    ours: [packet('h', 'X-New\0 value\0')],
  },
  {
    name: 'macro lists',
    why: 'asks for those of the other steps too: Postfix empties all lists once one is asked for',
    spec: ['macros=mail:i {auth_authen}'],
    lines: SESSION,
    theirs: [packet('O', `${AGREED}\0\0\0\x02i {auth_authen}\0`)],
    ours: [packet('O', `${AGREED}${ALL_LISTS}`)],
  },
  {
    name: 'macros of a message before',
    why: 'forgets them: the user of one message is not the user of the next',
    spec: REPORT,
    lines: [
      CONNECT,
      HELO,
      macros('M', { '{auth_authen}': 'user' }),
      ...SESSION.slice(2),
      ABORT,
      macros('M', {}),
      ...SESSION.slice(2),
    ],
    theirs: [packet('h', `X-Report\0${TWICE}-,-,user,-,-,\0`)],
    ours: [packet('h', `X-Report\0${TWICE}-,-,-,-,-,\0`)],
  },
  {
    name: 'a packet of 4 GiB',
    why: 'drops the connection at once; libmilter waits for more of it',
    spec: [],
    lines: [CONNECT, Buffer.from([255, 255, 255, 255, 0x4c])],
    theirs: ['the filter did not answer within 2000 ms'],
    ours: ['closed'],
  },
]

/** An entry of a transcript. */
function packet(letter: string, data: string): string {
  return `${letter} ${JSON.stringify(data)}`
}

await t.test('the same conversations with libmilter and with ours: equal transcripts', async t => {
  const program = await compileFilter(t)
  let seen = 0
  for (const [name, spec, lines, offer = SIX] of [...ANSWERS, ...EDITS, ...CONVERSATIONS]) {
    const theirs = await withLibmilter(program, spec, path => transcriptOf(path, offer, lines))
    const ours = await withOurs(spec, path => transcriptOf(path, offer, lines))
    t.same(ours, theirs, name)
    seen += 1
  }
  t.ok(seen > 80, `${seen} conversations`)
})

await t.test('where libmilter and ours differ, it is on purpose', async t => {
  const program = await compileFilter(t)
  let seen = 0
  for (const { name, why, spec, lines, offer = SIX, ...only } of DIFFERENCES) {
    const theirs = await withLibmilter(program, spec, path => transcriptOf(path, offer, lines))
    const ours = await withOurs(spec, path => transcriptOf(path, offer, lines))
    t.same(differing(theirs, ours), only.theirs, `${name}, libmilter`)
    t.same(differing(ours, theirs), only.ours, `${name}: ours ${why}`)
    seen += 1
  }
  t.equal(seen, DIFFERENCES.length)
})

/** What is left of `list` without what both begin and end with. */
function differing(list: readonly string[], other: readonly string[]): string[] {
  let start = 0
  while (start < list.length && list[start] === other[start]) start += 1
  let end = 0
  const most = Math.min(list.length, other.length) - start
  while (end < most && list.at(-1 - end) === other.at(-1 - end)) end += 1
  return list.slice(start, list.length - end)
}

async function withOurs<T>(
  spec: readonly string[],
  work: (path: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'ours-'))
  const server = createMilterServer({ handlers: handlersOf(spec) })
  const path = join(directory, 'sock')
  await server.listen({ path })
  try {
    return await work(path)
  } finally {
    await server.close({ deadlineMs: 0 })
    await rm(directory, { recursive: true })
  }
}
