import { userInfo } from 'node:os'
import t, { type Test } from 'tap'
import { findLog } from '../../src/evidence/find-log.js'
import { recordLog } from '../support/log-recorder.js'

interface World {
  readonly setting?: string
  readonly main?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly expected?: readonly string[]
}

async function find(t: Test, { setting = 'auto', main = {}, files = [], expected = [] }: World) {
  const { log, expect } = recordLog(t)
  for (const event of expected) expect(event)
  const source = await findLog({
    setting,
    log,
    postconf: async name => main[name],
    exists: async path => files.includes(path),
    userNumber: async name => (name === 'postfix' ? 105 : undefined),
  })
  return source.name
}

const BOTH = ['/var/log/mail.log', '/run/systemd/journal']

const CASES: readonly (readonly [name: string, world: World, want: string])[] = [
  ['a file by name', { setting: 'file:/srv/mail.log' }, 'file:/srv/mail.log'],
  ['the journal by name', { setting: 'journal', main: { mail_owner: 'postfix' } }, 'journal'],
  [
    'the file of postlogd',
    { main: { maillog_file: '/var/log/postfix.log' }, files: BOTH },
    'file:/var/log/postfix.log',
  ],
  ['the file of syslogd', { main: { maillog_file: '' }, files: BOTH }, 'file:/var/log/mail.log'],
  ['without Postfix', { files: BOTH }, 'file:/var/log/mail.log'],
  ['the journal', { main: { mail_owner: 'postfix' }, files: BOTH.slice(1) }, 'journal'],
]

for (const [name, world, want] of CASES) {
  void t.test(name, async t => {
    t.equal(await find(t, world), want)
  })
}

void t.test('the journal without the user of Postfix is believed, and that is said', async t => {
  const event = 'the user of Postfix is not known: lines of any user in the journal are believed'
  t.equal(await find(t, { setting: 'journal', expected: [event] }), 'journal')
  const main = { mail_owner: 'nobody-like-this' }
  t.equal(await find(t, { setting: 'journal', main, expected: [event] }), 'journal')
})

void t.test('no log at all says what was looked for', async t => {
  await t.rejects(find(t, {}), {
    code: 'ERR_EVIDENCE_NONE',
    message:
      /maillog_file of Postfix is empty, and there is neither \/var\/log\/mail\.log nor a journal/,
  })
  await t.rejects(find(t, { main: { maillog_file: '/dev/stdout' } }), {
    code: 'ERR_EVIDENCE_NONE',
    message: /maillog_file of Postfix is \/dev\/stdout/,
  })
})

void t.test('users and files of this machine', async t => {
  const { log, expect } = recordLog(t)
  const me = userInfo().username
  t.match(await findLog({ setting: 'journal', log, postconf: async () => me }), { name: 'journal' })
  expect('the user of Postfix is not known: lines of any user in the journal are believed')
  const nobody = async (): Promise<string> => 'no such user'
  t.match(await findLog({ setting: 'journal', log, postconf: nobody }), { name: 'journal' })
  const found = await findLog({ setting: 'auto', log, postconf: async () => '' }).then(
    ({ name }) => name,
    ({ code }: { code: string }) => code,
  )
  t.match(found, /^(?:file:\/var\/log\/mail\.log|journal|ERR_EVIDENCE_NONE)$/)
})
