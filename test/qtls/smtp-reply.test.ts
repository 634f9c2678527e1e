import fc from 'fast-check'
import t from 'tap'
import { ReplyReader } from '../../src/qtls/smtp-reply.js'

const read = (text: string): ReturnType<ReplyReader['take']> =>
  new ReplyReader().take(Buffer.from(text, 'latin1'))

await t.test('a reply has one line or several of the same code', async t => {
  t.same(read('220 mx.test ESMTP\r\n'), { code: 220, lines: ['mx.test ESMTP'] })
  t.same(read('250-mx.test\r\n250-SIZE 1\r\n250 HELP\r\n'), {
    code: 250,
    lines: ['mx.test', 'SIZE 1', 'HELP'],
  })
  t.same(read('250\r\n'), { code: 250, lines: [''] })
  t.same(read('220 without CR\n'), { code: 220, lines: ['without CR'] })
})

await t.test('what is no reply is malformed', async t => {
  for (const text of [
    'hello\r\n',
    '2200 x\r\n',
    '199 x\r\n',
    '250-a\r\n220 b\r\n',
    '\r\n',
    '220_x\r\n',
  ])
    t.equal(read(text), 'malformed', JSON.stringify(text))
})

await t.test(
  'a reply that breaks off anywhere is incomplete, and complete with the rest',
  async t => {
    const text = '250-mx.test\r\n250-STARTTLS\r\n250 SIZE\r\n'
    let seen = 0
    for (let cut = 0; cut < text.length; cut++) {
      const reader = new ReplyReader()
      t.equal(reader.take(Buffer.from(text.slice(0, cut))), undefined)
      t.match(reader.take(Buffer.from(text.slice(cut))), { code: 250, lines: { length: 3 } })
      seen += 1
    }
    t.equal(seen, text.length)
  },
)

await t.test('what stands behind a reply is kept apart', async t => {
  const reader = new ReplyReader()
  reader.take(Buffer.from('220 go on\r\n250 smuggled'))
  t.same(reader.rest.toString(), '250 smuggled')
})

await t.test('lines, their number and all of it have limits', async t => {
  t.equal(read(`220 ${'a'.repeat(3000)}`), 'too-long', 'a line without end')
  t.equal(read(`220 ${'a'.repeat(3000)}\r\n`), 'too-long', 'a line')
  t.equal(read('220-a\r\n'.repeat(300)), 'too-long', 'many lines')
  t.equal(read(`220-${'a'.repeat(1500)}\r\n`.repeat(30)), 'too-long', 'many bytes')
})

await t.test('no bytes are too strange, however they are cut up', async t => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), chunks => {
      const reader = new ReplyReader()
      for (const chunk of chunks) {
        const heard = reader.take(Buffer.from(chunk))
        if (typeof heard === 'string') return true
      }
      return reader.rest.length <= 2000
    }),
  )
  t.pass('read')
})
