import t from 'tap'
import { MacroSet } from '../../src/milter/macros.js'
import { SMFIC } from '../../src/milter/wire.js'

function give(macros: MacroSet, text: string): void {
  const bytes = Buffer.from(text.replaceAll('|', '\0'), 'utf8')
  macros.set(bytes, 0, bytes.length)
}

void t.test('a macro has one name, with or without braces', async t => {
  const macros = new MacroSet()
  give(macros, 'Ci|4jX|{daemon_name}|mx|')
  t.equal(macros.get('i'), '4jX')
  t.equal(macros.get('{i}'), '4jX')
  t.equal(macros.get('daemon_name'), 'mx')
  t.equal(macros.get('{daemon_name}'), 'mx')
  t.equal(macros.get('j'), undefined)
})

void t.test('the newest stage wins, and a later packet of a stage replaces it', async t => {
  const macros = new MacroSet()
  give(macros, 'Ma|mail|b|mail|')
  give(macros, 'Ra|rcpt|')
  t.equal(macros.get('a'), 'rcpt')
  t.equal(macros.get('b'), 'mail')
  give(macros, 'Rc|rcpt|')
  t.equal(macros.get('a'), 'mail')
})

const ODD: readonly (readonly [string, string, string, string | undefined])[] = [
  ['an empty value', 'M{mail_addr}||', 'mail_addr', ''],
  ['a name without a value', 'Ma|1|b|', 'b', ''],
  ['a missing last NUL', 'Ma|1', 'a', '1'],
  ['no pairs', 'M', 'a', undefined],
  ['nothing at all', '', 'a', undefined],
  ['a command without macros of its own', 'La|1|', 'a', undefined],
  ['an unknown command', '?a|1|', 'a', undefined],
  ['UTF-8', 'Ma|zoë|', 'a', 'zoë'],
]
for (const [name, packet, ask, want] of ODD) {
  void t.test(`${name} is read as libmilter reads it`, async t => {
    const macros = new MacroSet()
    give(macros, packet)
    t.equal(macros.get(ask), want)
  })
}

void t.test('a value that is not UTF-8 stays latin1', async t => {
  const macros = new MacroSet()
  const bytes = Buffer.from('Ma\0\xff\0', 'latin1')
  macros.set(bytes, 0, bytes.length)
  t.equal(macros.get('a'), '\xff')
})

void t.test('a stage that begins again forgets what came after it', async t => {
  const macros = new MacroSet()
  give(macros, 'Hh|1|')
  give(macros, 'Mm|1|')
  give(macros, 'Rr|1|')
  macros.clearAfter(SMFIC.MAIL)
  t.same(
    ['h', 'm', 'r'].map(name => macros.get(name)),
    ['1', '1', undefined],
  )
  macros.clearAfter(SMFIC.HELO)
  t.same(
    ['h', 'm', 'r'].map(name => macros.get(name)),
    ['1', undefined, undefined],
  )
})

void t.test(
  'the next message has only the macros of the connection; the last one keeps its own',
  async t => {
    const macros = new MacroSet()
    give(macros, 'Cc|1|')
    give(macros, 'Mm|1|')
    const next = macros.next()
    give(next, 'Mm|2|')
    t.equal(next.get('c'), '1')
    t.equal(next.get('m'), '2')
    t.equal(macros.get('m'), '1')
  },
)
