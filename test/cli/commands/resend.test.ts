import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import t, { type Test } from 'tap'
import { command } from '../../../src/cli/commands/resend.js'
import { packageRoot } from '../../../src/config/root.js'
import { createKeyFile, KeyFile } from '../../../src/seal/key-file.js'
import { places } from '../../../src/seal/places.js'
import { secretText } from '../../../src/seal/secret.js'
import { PASSWORD } from '../../support/seal-samples.js'
import { storeBench } from '../../support/store-commands.js'

const FIXTURES = join(packageRoot(), 'test/fixtures/seal')
const LETTER = join(FIXTURES, 'letter-v1.html')
const REFERENCE = '7k2m9q4v1p3t8s6r0abc'

/** A store that knows the letter, and a listener on that port. */
async function bench(t: Test, port: number) {
  const commands = storeBench(t, command)
  const file = join(commands.directory, 'seal.key')
  commands.settings(
    `[plugins]\nseal = ["seal/smime", "seal/pdf"]
[seal]\nkey_file = ${JSON.stringify(file)}\n[postfix]\nsplit_listener = "127.0.0.1:${port}"\n`,
  )
  await createKeyFile(file)
  const secret = secretText({ password: PASSWORD, seed: Buffer.alloc(32) })
  const password = await new KeyFile(file).seal(secret, places.letterPassword('k1'))
  await commands.prepare(({ sealing }) =>
    sealing.keepLetter({
      key: 'k1',
      customer: 'clinic',
      reference: REFERENCE,
      sender: 'anna@in.example',
      recipient: 'eva@good.example',
      domain: 'good.example',
      format: 'html',
      way: 'sender',
      password,
      telephone: undefined,
      createdAt: 1000,
    }),
  )
  return commands
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  await new Promise(done => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

void t.test('a letter goes to the lane split as a PDF, when that is meant', async t => {
  const port = await freePort()
  const got: { from: unknown; to: unknown; text: string }[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, { envelope }, done) {
      let text = ''
      stream.on('data', chunk => (text += String(chunk)))
      stream.on('end', () => {
        got.push({ from: envelope.mailFrom, to: envelope.rcptTo, text })
        done(null, '2.0.0 Ok: queued as 4Zq8Kn2Gz1zJ1')
      })
    },
  })
  await new Promise<void>(ready => server.listen(port, '127.0.0.1', ready))
  t.teardown(() => new Promise<void>(done => server.close(() => done())))
  const commands = await bench(t, port)
  const line = ['resend', LETTER, '--format', 'pdf']
  t.match(await commands.run(...line), {
    exit: 0,
    out: '',
    err: /^Would send letter 7k2m9q4v1p3t8s6r0abc to eva@good\.example as pdf/,
  })
  t.same(got, [], 'nothing is done without --yes')
  t.match(await commands.run(...line, '--yes'), { exit: 64 }, 'a reason is needed')
  const why = ['--reason', 'a telephone', '--yes']
  const { out, err, exit } = await commands.run(...line, ...why)
  t.equal(exit, 0)
  t.match(out, /^Sent letter .* as pdf, queue id 4Zq8Kn2Gz1zJ1\.$/m)
  t.match(err, 'formats = ["pdf"]')
  t.match(got, [{ from: { address: 'anna@in.example' }, to: [{ address: 'eva@good.example' }] }])
  t.match(got[0]?.text, /^Content-Type: application\/pdf/m)
  await commands.prepare(async store => {
    t.match(await store.sealing.letter('k1'), { format: 'pdf', way: 'sender' })
    t.match(await store.listAudit('*'), [{ act: 'password-use', object: REFERENCE }])
  })
})

void t.test('what cannot be sent is said before anything is opened', async t => {
  const commands = await bench(t, await freePort())
  const answer = join(FIXTURES, 'answer-v1.html')
  const cases: readonly (readonly [args: readonly string[], exit: number, err: RegExp])[] = [
    [[LETTER, '--format', 'smime'], 64, /smime is no format with a password here: pdf/],
    [[LETTER, '--format', 'zip'], 64, /zip is no format/],
    [[answer, '--format', 'pdf'], 64, /an answer, not a letter/],
    [[LETTER, '--format', 'pdf', '--customer', 'other'], 64, /is on record/],
    [[join(FIXTURES, 'none'), '--format', 'pdf'], 64, /none/],
  ]
  for (const [args, exit, err] of cases)
    t.match(await commands.run('resend', ...args), { exit, err }, args.join(' '))
  await commands.prepare(async store => t.same(await store.listAudit('*'), []))
  t.ok(readFileSync(LETTER).length > 0)
})

void t.test('a lane that is not there is an error, and another try is possible', async t => {
  const commands = await bench(t, await freePort())
  const line = ['resend', LETTER, '--format', 'pdf', '--reason', 'a telephone', '--yes']
  const { exit, err } = await commands.run(...line)
  t.not(exit, 0)
  t.match(err, /ECONNREFUSED/)
})
