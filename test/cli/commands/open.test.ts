import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { command } from '../../../src/cli/commands/open.js'
import { packageRoot } from '../../../src/config/root.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import { readLetterHeader } from '../../../src/seal/open-letter.js'
import { recipientToken } from '../../../src/seal/container/header.js'
import { createKeyFile, KeyFile } from '../../../src/seal/key-file.js'
import { places } from '../../../src/seal/places.js'
import { secretText } from '../../../src/seal/secret.js'
import { buildMail } from '../../../src/testkit/build-mail.js'
import { PASSWORD } from '../../support/seal-samples.js'
import { storeBench } from '../../support/store-commands.js'

const FIXTURES = join(packageRoot(), 'test/fixtures/seal')
const LETTER = join(FIXTURES, 'letter-v1.html')
const ANSWER = join(FIXTURES, 'answer-v1.html')
const REFERENCE = '7k2m9q4v1p3t8s6r0abc'
const RECIPIENT = 'eva@good.example'

/** A store that knows the password of the letter, and a file with it. */
async function bench(t: Test) {
  const commands = storeBench(t, command)
  const file = join(commands.directory, 'seal.key')
  commands.settings(`[seal]\nkey_file = ${JSON.stringify(file)}\n`)
  await createKeyFile(file)
  const secret = secretText({ password: PASSWORD, seed: Buffer.alloc(32) })
  const password = await new KeyFile(file).seal(secret, places.letterPassword('k1'))
  await commands.prepare(async ({ sealing }) => {
    await sealing.keepLetter({
      key: 'k1',
      customer: 'clinic',
      reference: REFERENCE,
      sender: 'anna@in.example',
      recipient: RECIPIENT,
      domain: 'good.example',
      format: 'html',
      way: 'sender',
      password,
      telephone: undefined,
      createdAt: 1000,
    })
  })
  const passwordFile = join(commands.directory, 'password')
  writeFileSync(passwordFile, `${PASSWORD}\n`)
  return { ...commands, passwordFile, output: join(commands.directory, 'opened.eml') }
}

t.test('a letter is opened with a password from a file, never over another file', async t => {
  const commands = await bench(t)
  const { passwordFile, output } = commands
  const line = ['open', LETTER, '--password-file', passwordFile, '-o', output]
  t.match(await commands.run(...line), {
    exit: 0,
    out: '',
    err: /^Letter 7k2m9q4v1p3t8s6r0abc is in /,
  })
  t.match(readFileSync(output, 'utf8'), /^MIME-Version: 1\.0\r$/m)
  t.equal(statSync(output).mode & 0o777, 0o600)
  t.match(await commands.run(...line), { exit: 64 })
  writeFileSync(passwordFile, 'KZ7M-QP4L-9TVA-HR2E')
  const other = `${output}.2`
  t.match(await commands.run('open', LETTER, '--password-file', passwordFile, '-o', other), {
    exit: 65,
  })
  t.equal(existsSync(other), false)
})

t.test('an answer becomes a mail to the sender, with the password on record', async t => {
  const commands = await bench(t)
  const { output, directory } = commands
  const { recipient } = await readLetterHeader(readFileSync(ANSWER), AbortSignal.timeout(10_000))
  t.equal(recipient, recipientToken(REFERENCE, RECIPIENT))
  const attached = join(directory, 'answer.eml')
  const answer = { name: 'antwort.html', bytes: readFileSync(ANSWER), type: 'text/html' }
  const { source } = buildMail({ text: 'sealed', attachments: [answer] })
  writeFileSync(attached, await source.read(0, source.size))
  t.match(await commands.run('open', attached, '-o', output), { exit: 64 }, 'a reason is needed')
  t.match(await commands.run('open', attached, '-o', output, '--reason', 'on leave'), { exit: 0 })
  const mail = parseMail(readFileSync(output))
  const fields = new Map(mail.root.fields.map(({ name, value }) => [name.toLowerCase(), value]))
  t.match(fields.get('from'), RECIPIENT)
  t.match(fields.get('to'), 'anna@in.example')
  const texts: string[] = []
  for await (const { text } of mail.textParts()) texts.push(text.trim())
  t.match(texts[0], /^Danke für den Befund\./)
  t.same(
    [...mail.leaves()].map(({ fileName }) => fileName),
    [undefined, 'Überweisung.txt'],
  )
  await commands.prepare(async store => {
    t.match(await store.listAudit('*'), [
      { act: 'password-show', object: REFERENCE, detail: 'good.example: on leave' },
    ])
  })
})

t.test('what is no letter, or one that nobody knows, is said', async t => {
  const commands = await bench(t)
  const { output, directory } = commands
  const plain = join(directory, 'plain.eml')
  writeFileSync(plain, 'Subject: x\r\n\r\nhello\r\n')
  const why = ['--reason', 'tried', '-o', output]
  t.match(await commands.run('open', plain, ...why), { exit: 64 })
  t.match(await commands.run('open', join(directory, 'absent'), ...why), { exit: 64 })
  commands.settings(`[seal]\nkey_file = ${JSON.stringify(join(directory, 'other.key'))}\n`)
  const lost = await commands.run('open', LETTER, ...why)
  t.not(lost.exit, 0)
  const foreign = await commands.run('open', LETTER, '--customer', 'nobody', ...why)
  t.not(foreign.exit, 0)
  t.equal(existsSync(output), false)
})
