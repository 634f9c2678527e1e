import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  createAuthority,
  type Authority,
  type Certificate,
  type CertificateForm,
} from '../../sandbox/certificates.js'
import { enterNamespace } from '../../sandbox/namespace.js'
import { LaneLab } from '../support/lane-lab.js'
import { sendLetter, written, type Letter } from '../support/lane-letter.js'

/** The name in the certificate by which Exchange Online sends, whoever the tenant is. */
const MICROSOFT = 'mail.protection.outlook.com'
const TENANT = '11111111-2222-3333-4444-555555555555'
const FOREIGN = 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff'

await enterNamespace()
t.setTimeout(300_000)
const directory = t.testdir({})
const authority = await createAuthority(join(directory, 'authority'))
const stranger = await createAuthority(join(directory, 'stranger'))
const certificates = {
  exchange: await client(authority, MICROSOFT),
  other: await client(authority, 'mail.other.test'),
  nameless: await client(authority, 'mail.other.test', { withoutCommonName: true }),
  forged: await client(stranger, MICROSOFT),
  server: await authority.issue(MICROSOFT),
}
const own = await authority.issue('mail.home.test')
await writeFile(join(directory, 'own.pem'), own.key + own.cert, { mode: 0o600 })

const lab = await LaneLab.start(t, {
  settings: `
[[connector]]
name = "exchange-online"
certificates = ["${MICROSOFT}"]
tenants = ["${TENANT}"]
sender_domains = ["home.test"]
`,
  mainCf: {
    smtpd_tls_chain_files: join(directory, 'own.pem'),
    smtpd_tls_cert_file: '',
    smtpd_tls_key_file: '',
    smtpd_tls_security_level: 'may',
    smtpd_tls_ask_ccert: 'yes',
    smtpd_tls_CAfile: authority.file,
    smtpd_tls_received_header: 'yes',
    smtpd_relay_restrictions:
      'permit_mynetworks, permit_sasl_authenticated, permit_tls_all_clientcerts, reject_unauth_destination',
    // The stand-in comes from 127.0.0.1 and is to be trusted for its certificate alone.
    mynetworks: '127.0.1.0/24',
  },
})

await t.test('the tenant’s mail is relayed, by the lane that it was decided for', async t => {
  await say(certificates.exchange, { to: ['own@good.test'], ...from(TENANT) })
  const { tls, message } = await lab.arrived('own@good.test')
  t.ok(tls, 'qualified transport')
  t.match(message.toString(), `X-MS-Exchange-CrossTenant-Id: ${TENANT}`, 'the header stays')
  t.match(
    message.toString(),
    /\(Client CN "mail\.protection\.outlook\.com", Issuer "Sandbox Authority" \(verified OK\)\)/,
    'what Postfix knows of the client',
  )
})

await t.test('a report of the tenant, which has no sender, is relayed', async t => {
  await say(certificates.exchange, { from: '', to: ['report@good.test'], ...from(TENANT) })
  t.equal((await lab.arrived('report@good.test')).sender, '')
})

const REFUSED: readonly [string, Certificate, Partial<Letter>, RegExp][] = [
  [
    'a certificate of another name',
    certificates.other,
    from(TENANT),
    /^550-5\.7\.1 Not relayed: the client certificate "mail\.other\.test" \(issued by "Sandbox Authority"\) may not relay here/,
  ],
  [
    'a certificate without a name',
    certificates.nameless,
    from(TENANT),
    /^550-5\.7\.1 Not relayed: a client certificate without a name/,
  ],
  [
    'the name from an authority that Postfix does not know',
    certificates.forged,
    from(TENANT),
    /^554 5\.7\.1 <\S+>: Relay access denied/,
  ],
  [
    'the name in a certificate that is good for servers only',
    certificates.server,
    from(TENANT),
    /^554 5\.7\.1 <\S+>: Relay access denied/,
  ],
  ['another tenant', certificates.exchange, from(FOREIGN), /^550-5\.7\.1 Not relayed: the tenant /],
  [
    'two tenants',
    certificates.exchange,
    from(FOREIGN, TENANT),
    /^550-5\.7\.1 Not relayed: the message says more than once/,
  ],
  [
    'no tenant',
    certificates.exchange,
    {},
    /^550-5\.7\.1 Not relayed: .* does not say which tenant/,
  ],
  [
    'a sender of somebody else',
    certificates.exchange,
    { ...from(TENANT), from: 'anna@else.test' },
    /^550-5\.7\.1 Not relayed: the sender is of a domain/,
  ],
]

/** Rows of those that Postfix has let in, in order. */
const ROWS = ['certificate', 'certificate', 'tenant', 'tenant', 'tenant', 'sender']

for (const [index, [name, certificate, letter, reply]] of REFUSED.entries()) {
  await t.test(`${name} is refused`, async t => {
    const to = `refused${index}@good.test`
    t.match(await say(certificate, { to: [to], ...letter }), reply)
    t.same(lab.arrivals(to), [])
  })
}

await t.test('who says no EHLO after STARTTLS is refused as well', async t => {
  const talk = await lab.talk()
  await talk.command('EHLO client.home.test')
  await talk.startTls(certificates.other)
  t.match(await talk.command('MAIL FROM:<anna@home.test>'), /^250/)
  t.match(await talk.command('RCPT TO:<silent@good.test>'), /^250/, 'Postfix lets it in')
  t.match(await talk.command('DATA'), /^354/)
  const message = written({ to: ['silent@good.test'], ...from(TENANT) }).bytes
  talk.write(Buffer.concat([message, Buffer.from('.\r\n')]))
  t.match(
    await talk.reply(),
    /^550-5\.7\.1 Not relayed: the client certificate "mail\.other\.test"/,
  )
  talk.close()
})

await t.test('a login suffices, whatever certificate is shown with it', async t => {
  t.match(await say(certificates.other, { to: ['login@good.test'], user: 'anna' }), /^250/)
  t.ok(await lab.arrived('login@good.test'))
})

await t.test('mail for the inside comes in from everybody', async t => {
  t.match(await say(certificates.other, { to: ['inside@home.test'] }), /^250/)
  t.match(await say(certificates.exchange, { to: ['other@home.test'], ...from(FOREIGN) }), /^250/)
  t.ok(await lab.arrived('inside@home.test'))
  t.ok(await lab.arrived('other@home.test'))
})

await t.test('without a certificate there is no relaying', async t => {
  t.match(await say({}, { to: ['none@good.test'], ...from(TENANT) }), /^554 5\.7\.1/)
})

await t.test('nothing of what was refused was ever queued', async t => {
  await lab.watch.settled()
  let seen = 0
  for (const to of [
    'silent@good.test',
    ...REFUSED.map((_, index) => `refused${index}@good.test`),
  ]) {
    t.same(await lab.watch.story(to), [], to)
    seen++
  }
  t.ok(seen > 0)
})

await t.test('each refusal is on record, with its row', async t => {
  const decided = (await lab.log()).filter(({ row }) => String(row).startsWith('connector'))
  t.same(
    decided.map(({ row, reply, client }) => [row, reply, client]),
    [
      ...ROWS.map(row => [`connector.${row}`, '550 5.7.1', '127.0.0.1']),
      ['connector.certificate', '550 5.7.1', '127.0.0.1'],
    ],
  )
})

await t.test('while the daemon is down nobody is let in by a certificate', async t => {
  await lab.daemon.end()
  const late = { to: ['late@good.test'], ...from(TENANT) }
  t.match(await say(certificates.exchange, late), /^454 4\.3\.0 Try again later/)
})

/** Says a letter after STARTTLS, with a certificate; gives the reply that ended it. */
async function say(certificate: Partial<Certificate>, letter: Letter): Promise<string> {
  const talk = await lab.talk()
  await talk.command('EHLO client.home.test')
  const secured = await talk.startTls(certificate)
  const isSecured = secured.startsWith('220')
  const reply = isSecured ? await sendLetter(talk, letter, written(letter).bytes) : secured
  talk.close()
  return reply
}

function from(...tenants: readonly string[]): Partial<Letter> {
  const lines = tenants.map(tenant => `X-MS-Exchange-CrossTenant-Id: ${tenant}\r\n`)
  return { headers: lines.join('') }
}

function client(by: Authority, name: string, form: CertificateForm = {}): Promise<Certificate> {
  return by.issue(name, { usage: 'client', ...form })
}
