import { isMainThread } from 'node:worker_threads'
import t from 'tap'
import { packMail, unpackMail } from '../../src/host/mail-transfer.js'
import { parseMail } from '../../src/message/parse-mail.js'

const TEXT =
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\na\r\n--b\r\n\r\nb\r\n--b--\r\n'

void t.test('a small mail arrives whole, with its parts, damage and envelope', async t => {
  t.ok(isMainThread)
  const mail = parseMail(Buffer.from(TEXT), { sender: 'a@b.example', recipients: ['c@d.example'] })
  const { packed, release } = await packMail(mail)
  const copy = unpackMail(structuredClone(packed))
  t.strictSame(
    [...copy.parts()].map(({ path }) => path),
    ['1', '1.1', '1.2'],
  )
  t.strictSame(copy.envelope, mail.envelope)
  t.strictSame(copy.damage, mail.damage)
  t.equal((await copy.source.read(0, copy.source.size)).toString(), TEXT)
  release()
})

void t.test('of a large mail only the pieces that are read travel', async t => {
  const body = Buffer.alloc(2 * 1024 * 1024, 'x')
  const mail = parseMail(Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), body]))
  const { packed, release } = await packMail(mail)
  t.notOk(packed.bytes instanceof Uint8Array)
  const copy = unpackMail(packed)
  const [last, first] = await Promise.all([
    copy.source.read(copy.source.size - 3, copy.source.size),
    copy.source.read(0, 7),
  ])
  t.strictSame([first.toString(), last.toString()], ['Subject', 'xxx'])
  await t.rejects(copy.source.read(0, copy.source.size + 1), { name: 'RangeError' })
  release()
})
