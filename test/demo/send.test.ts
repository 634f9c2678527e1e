import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { arrivalFolder, fieldOf, readArrivals } from '../../demo/arrivals.js'
import { readArguments } from '../../demo/arguments.js'
import { answerOf } from '../../demo/send.js'

await t.test('an answer is read with its queue id, whoever gave it', async t => {
  const cases = [
    ['of Postfix', '250 2.0.0 Ok: queued as 4Zq8Kn2Gz1z', 250, '4Zq8Kn2Gz1z'],
    [
      'a refusal of ours',
      '550-5.7.1 <a@b.test>: no\r\n550 5.7.1 Refused (A1B2C3D4)',
      550,
      'A1B2C3D4',
    ],
    ['without a queue id', '451 4.7.1 Service unavailable', 451, undefined],
  ] as const
  for (const [name, response, code, queueId] of cases)
    t.match(answerOf(response), { code, queueId }, name)
  t.equal(answerOf(cases[1][1]).lines.length, 2)
})

await t.test('an arrival is found again as it came', async t => {
  const folder = join(t.testdir({}), 'arrived')
  const put = await arrivalFolder(folder)
  const message = Buffer.from('Message-ID:\r\n <one@a.test>\r\nSubject: s\r\n\r\nSubject: body\r\n')
  const at = new Date('2026-11-23T10:00:00Z')
  const envelope = { sender: '', senderParameters: {}, recipients: ['x@b.test'] }
  const facts = { recipientParameters: [{}], confirmed: true }
  const arrival = { receiver: 'mx.b.test', at, ...envelope, ...facts, message }
  await put({ ...arrival, tls: undefined })
  await put({ ...arrival, tls: { version: 'TLSv1.3', cipher: 'c' }, message: Buffer.from('\r\n') })
  const [first, second] = await readArrivals(folder)
  t.match(first, { receiver: 'mx.b.test', tls: null, messageId: '<one@a.test>', file: '0001.eml' })
  t.match(second, { tls: { version: 'TLSv1.3' }, messageId: null })
  t.same(await readFile(join(folder, '0001.eml')), message)
})

await t.test('a field is looked for in the header only, unfolded', async t => {
  const message = Buffer.from('A: 1\r\n\t2\r\nb:3\r\n\r\nC: 4\r\n')
  t.equal(fieldOf(message, 'a'), '1\t2')
  t.equal(fieldOf(message, 'B'), '3')
  t.equal(fieldOf(message, 'C'), undefined)
})

await t.test('the command line says what to do', async t => {
  t.match(readArguments([]), { action: 'play', keep: false, withoutPostfix: false })
  t.match(readArguments(['--keep', '--directory', 'x']), { keep: true, directory: 'x' })
  t.match(readArguments(['--stop']), { action: 'stop' })
  t.match(readArguments(['--help', '--stop']), { action: 'help' })
  t.throws(() => readArguments(['--kep']), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })
})
