import t from 'tap'
import type { ClientMail } from '../../src/milter/index.js'
import type { LaneState } from '../../src/policy/lanes.js'
import { runGateway, type GatewayOptions } from '../support/gateway-running.js'

const TENANT = '11111111-2222-3333-4444-555555555555'
const FOREIGN = 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff'
const LANES: LaneState = { inForce: true, bindsLater: false, settled: true }
const levels = { 'good.example': 'qualified' } as const

const SETTINGS = `
[[connector]]
name = "online"
certificates = ["mail.cloud.example"]
tenants = ["${TENANT}"]
sender_domains = ["in.example"]
`

/** Lowers the class for whoever has the certificate. */
const RULE = `
[[rule]]
name = "trusted"
client_cert = ["mail.cloud.example"]
set_class = "normal"
reason = "the service says what is confidential by other means"
`

const TAGGED = 'Subject: [confidential] Findings\r\n\r\nDear Bob\r\n'

function letter(...tenants: readonly string[]): Buffer {
  const fields = tenants.map(tenant => `X-MS-Exchange-CrossTenant-Id: ${tenant}\r\n`)
  return Buffer.from(`${fields.join('')}Message-ID: <1@in.example>\r\n${TAGGED}`)
}

/** A client that Postfix has verified a certificate of. */
function client(subject = 'mail.cloud.example'): Required<Pick<ClientMail, 'tls'>> {
  const certificate = { subject, issuer: 'Authority' }
  return { tls: { version: 'TLSv1.3', cipher: 'X', bits: 256, certificate } }
}

const run = (t: Parameters<typeof runGateway>[0], options: GatewayOptions = {}) =>
  runGateway(t, { levels, settings: SETTINGS, ...options })

const REFUSED: readonly [
  name: string,
  mail: Partial<ClientMail>,
  tenants: string[],
  said: RegExp,
][] = [
  [
    'a certificate that nobody named',
    client('mail.other.example'),
    [TENANT],
    /certificate \\"mail\.other\.example\\" \(issued by \\"Authority\\"\) may not relay here/,
  ],
  ['a certificate without a name', client(''), [TENANT], /certificate without a name/],
  ['no tenant', client(), [], /does not say which tenant/],
  ['a foreign tenant', client(), [FOREIGN], /the tenant that the message is from/],
  ['two tenants', client(), [TENANT, FOREIGN], /more than once/],
  ['the same tenant twice', client(), [TENANT, TENANT], /more than once/],
  [
    'a sender of somebody else',
    { ...client(), sender: 'anna@else.example' },
    [TENANT],
    /the sender is of a domain/,
  ],
]

for (const [name, mail, tenants, said] of REFUSED) {
  for (const lanes of [undefined, LANES]) {
    t.test(`${name} is refused ${lanes ? 'with' : 'without'} lanes, and on record`, async t => {
      const gateway = await run(t, lanes ? { lanes } : {})
      const result = await gateway.send({ message: letter(...tenants), ...mail })
      t.match(result, { verdict: 'reject', reply: { code: 550, enhanced: '5.7.1' } })
      t.match(JSON.stringify(result.reply), /Not relayed: .*Refused by mail protection/)
      t.match(JSON.stringify(result.reply), said)
      t.strictSame(result.modifications, [])
      t.match(gateway.records, [
        {
          pass: 'first',
          reply: '550 5.7.1',
          transit: undefined,
          decision: {
            labels: [],
            content: { verdict: 'unknown' },
            recipients: [{ action: 'reject', level: 'qualified', row: /^connector\.\w+$/ }],
          },
        },
      ])
      t.match(gateway.logged.lines, [{ event: 'decided', fields: { reply: '550 5.7.1' } }])
    })
  }
}

t.test('the tenant’s own message is decided on like any other, and keeps its header', async t => {
  const gateway = await run(t)
  const result = await gateway.send({
    message: Buffer.from(letter(TENANT.toUpperCase()).toString().replace('[confidential] ', '')),
    ...client(),
  })
  t.equal(result.verdict, 'accept')
  t.match(result.message?.toString(), /^X-MS-Exchange-CrossTenant-Id: 11111111-/)
  t.match(gateway.records, [{ reply: '250', decision: { class: 'normal' } }])
})

t.test('a report of the tenant, which has no sender, passes', async t => {
  const gateway = await run(t)
  const message = Buffer.from(`X-MS-Exchange-CrossTenant-Id: ${TENANT}\r\nSubject: x\r\n\r\ny\r\n`)
  t.equal((await gateway.send({ message, sender: '', ...client() })).verdict, 'accept')
})

t.test('a tenant field inside an attached message counts for nothing', async t => {
  const gateway = await run(t)
  const inner = `X-MS-Exchange-CrossTenant-Id: ${TENANT}\r\nSubject: inner\r\n\r\nx\r\n`
  const message = Buffer.from(`Subject: x\r\nContent-Type: message/rfc822\r\n\r\n${inner}`)
  t.equal((await gateway.send({ message, ...client() })).verdict, 'reject')
})

t.test('a folded field is read as one line, and another name is another field', async t => {
  const gateway = await run(t)
  const folded = `X-MS-Exchange-CrossTenant-Id:\r\n ${TENANT}\r\nX-MS-Exchange-CrossTenant-Ids: ${FOREIGN}\r\n`
  const message = Buffer.from(`${folded}Subject: x\r\n\r\ny\r\n`)
  t.equal((await gateway.send({ message, ...client() })).verdict, 'accept')
})

t.test('a client that says no EHLO after STARTTLS is seen all the same', async t => {
  const gateway = await run(t)
  const { tls } = client('mail.other.example')
  const message = letter(TENANT)
  const result = await gateway.send({ message, tls: { ...tls, afterHelo: true } })
  t.equal(result.verdict, 'reject')
})

t.test('a login suffices, and so does mail for the inside alone', async t => {
  const gateway = await run(t)
  const plain = Buffer.from('Subject: x\r\n\r\ny\r\n')
  const stranger = client('mail.other.example')
  const user = await gateway.send({ message: plain, ...stranger, auth: { user: 'anna' } })
  t.equal(user.verdict, 'accept')
  const inside = await gateway.send({ message: plain, ...stranger, recipients: ['eva@in.example'] })
  t.equal(inside.verdict, 'accept')
  const both = await gateway.send({
    message: plain,
    ...stranger,
    recipients: ['eva@in.example', 'bob@good.example'],
  })
  t.equal(both.verdict, 'reject')
  t.match(gateway.records.at(-1)?.decision.recipients, [
    { address: 'eva@in.example', level: 'internal', action: 'reject' },
    { address: 'bob@good.example', level: 'qualified', action: 'reject' },
  ])
})

t.test('without a verified certificate nothing changes', async t => {
  const gateway = await run(t)
  const message = Buffer.from('Subject: x\r\n\r\ny\r\n')
  t.equal((await gateway.send({ message })).verdict, 'accept')
  const tls = { version: 'TLSv1.3', cipher: 'X', bits: 256 }
  t.equal((await gateway.send({ message, tls })).verdict, 'accept')
})

t.test('a certificate opens nothing while no connector is there', async t => {
  const gateway = await runGateway(t, { levels })
  const result = await gateway.send({ message: letter(TENANT), ...client() })
  t.equal(result.verdict, 'reject')
})

t.test('a listener does not ask who its client is: that is Postfix', async t => {
  const gateway = await run(t, { lanes: LANES })
  const message = Buffer.from('Subject: x\r\n\r\ny\r\n')
  const stranger = client('mail.other.example')
  const result = await gateway.send({ message, ...stranger, daemonName: 're-split' })
  t.equal(result.verdict, 'accept')
})

t.test('a rule can rest on the certificate only when the tenant is right', async t => {
  const gateway = await run(t, { settings: SETTINGS + RULE })
  const inside = { ...client(), recipients: ['eva@in.example'] }
  await gateway.send({ message: letter(TENANT), ...client() })
  await gateway.send({ message: letter(TENANT), ...inside })
  await gateway.send({ message: letter(FOREIGN), ...inside })
  await gateway.send({ message: letter(), ...inside })
  await gateway.send({ message: letter(FOREIGN), ...client(), auth: { user: 'anna' } })
  t.same(
    gateway.records.map(({ decision }) => decision.class),
    ['normal', 'normal', 'confidential', 'confidential', 'confidential'],
  )
})

t.test('what the certificate was good for is known in later passes, or was never', async t => {
  const gateway = await run(t, { settings: SETTINGS + RULE, lanes: LANES })
  const to = { ...client(), recipients: ['eva@in.example'] }
  await gateway.send({ message: letter(TENANT), ...to })
  await gateway.send({ message: letter(FOREIGN), ...to })
  t.same(
    gateway.records.map(({ transit }) => [transit?.floor, transit?.clientCert]),
    [
      ['normal', 'mail.cloud.example'],
      ['confidential', undefined],
    ],
  )
})

t.test('a connector says whose message it is, whatever its sender', async t => {
  const settings = `${SETTINGS}customer = "labor"\n[[customer]]\nname = "labor"\ndomains = ["in.example"]\n`
  const gateway = await run(t, { settings })
  await gateway.send({ message: letter(TENANT), ...client() })
  await gateway.send({ message: letter(TENANT), sender: '', ...client() })
  await gateway.send({ message: letter(TENANT), sender: 'a@praxis.example', ...client() })
  t.same(
    gateway.records.map(({ customer, reply }) => [customer, reply]),
    [
      ['labor', '550 5.7.1'],
      ['labor', '550 5.7.1'],
      ['praxis', '550 5.7.1'],
    ],
  )
})

t.test('observing refuses nobody and records who would have been', async t => {
  const gateway = await run(t, { settings: `mode = "observe"\n${SETTINGS}` })
  const message = letter(FOREIGN)
  const result = await gateway.send({ message, ...client() })
  t.equal(result.verdict, 'accept')
  t.same(result.message, message)
  t.match(gateway.records, [
    {
      mode: 'observe',
      reply: '250',
      decision: { recipients: [{ action: 'reject', row: 'connector.tenant' }] },
    },
  ])
})

t.test('whom to ask stands in the refusal; what is not ASCII does not', async t => {
  const gateway = await run(t, { settings: `reply.contact = "help@in.example"\n${SETTINGS}` })
  const mail = { message: letter(TENANT), ...client('mäil\r\n250 ok') }
  const { reply } = await gateway.send(mail)
  t.match(JSON.stringify(reply), /m\?il\?\?250 ok.*contact help@in\.example/)
})

t.test('a refusal that cannot be recorded is a temporary failure', async t => {
  const gateway = await run(t, {
    store: { record: () => Promise.reject(new Error('inner detail')) },
  })
  gateway.logged.expect('message not examined')
  const result = await gateway.send({ message: letter(FOREIGN), ...client() })
  t.equal(result.verdict, 'tempfail')
})
