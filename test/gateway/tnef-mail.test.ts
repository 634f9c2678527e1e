import t from 'tap'
import { tnefMail } from '../../src/gateway/tnef-mail.js'

t.test('what a TNEF stream holds is a message of its own', async t => {
  const mail = tnefMail(
    {
      texts: [
        { kind: 'plain', bytes: Buffer.from('Prüfung') },
        { kind: 'html', bytes: Buffer.from('<p>x</p>') },
        { kind: 'rtf', bytes: Buffer.from('LZFu') },
      ],
      attachments: [
        { name: 'a\r\nX: "ä".pdf', bytes: Buffer.from('%PDF\r\n--=_part-of-tnef-0\r\n') },
        { name: undefined, bytes: Buffer.from('x') },
      ],
    },
    {},
  )
  const parts = [...mail.leaves()]
  t.same(
    parts.map(({ type, disposition, fileName }) => [type, disposition, fileName]),
    [
      ['text/plain', 'inline', undefined],
      ['text/html', 'inline', undefined],
      ['application/x-compressed-rtf', 'inline', undefined],
      ['application/octet-stream', 'attachment', 'a\r\nX: "ä".pdf'],
      ['application/octet-stream', 'attachment', undefined],
    ],
  )
  t.equal(parts[3] && (await mail.head(parts[3], 99)).toString(), '%PDF\r\n--=_part-of-tnef-0\r\n')
  t.same(mail.damage, [])
})

t.test('an empty stream has nothing to read', async t => {
  const mail = tnefMail({ texts: [], attachments: [] }, {})
  t.equal([...mail.leaves()].length, 1)
})
