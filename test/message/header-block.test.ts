import t from 'tap'
import { headerBlock } from '../../src/message/header-block.js'
import { parseMail } from '../../src/message/parse-mail.js'

await t.test('fields become a header block with CRLF, other bytes as they are', t => {
  const block = headerBlock([
    { name: 'Subject', value: ' Gr\xfc\xdfe\n\tmehr' },
    { name: 'X', value: 'no space\r\n folded' },
    { name: 'Empty', value: '' },
  ])
  t.equal(
    block.toString('latin1'),
    'Subject: Gr\xfc\xdfe\r\n\tmehr\r\nX:no space\r\n folded\r\nEmpty:\r\n\r\n',
  )
  t.end()
})

await t.test('no fields are an empty line', t => {
  t.equal(headerBlock([]).toString(), '\r\n')
  t.end()
})

await t.test('what is put together is read back', t => {
  const fields = [
    { name: 'A', value: ' b\n c' },
    { name: 'B', value: '' },
  ]
  const mail = parseMail(headerBlock(fields))
  t.same(
    mail.root.fields.map(({ name, raw }) => ({ name, value: raw.replaceAll('\r\n', '\n') })),
    fields,
  )
  t.same(mail.damage, [])
  t.end()
})
