import fc from 'fast-check'
import t from 'tap'
import {
  admissionOf,
  compileConnectors,
  type ClientFacts,
  type ConnectorSettings,
} from '../../src/policy/connector.js'

const CLINIC = '11111111-2222-3333-4444-555555555555'
const LAB = '66666666-7777-8888-9999-aaaaaaaaaaaa'
const FOREIGN = 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff'
const HEADER = 'X-MS-Exchange-CrossTenant-Id'

const SHARED: ConnectorSettings = {
  name: 'clinic',
  certificates: ['mail.protection.outlook.com'],
  issuers: ['Cloud Services CA'],
  tenant_header: HEADER,
  tenants: [CLINIC],
  sender_domains: ['clinic.example', '.clinic.example'],
  customer: 'clinic',
}

const CONNECTORS = compileConnectors([
  SHARED,
  { ...SHARED, name: 'lab', tenants: [LAB, 'OTHER'], sender_domains: [], customer: '' },
  {
    ...SHARED,
    name: 'server',
    certificates: ['Mail.Home.Example'],
    issuers: [],
    tenants: [],
    sender_domains: [],
    customer: '',
  },
])

/** A message of the clinic's tenant, with a difference. */
function facts(difference: Partial<ClientFacts> = {}, tenants: readonly string[] = [CLINIC]) {
  return {
    certificate: { subject: 'mail.protection.outlook.com', issuer: 'Cloud Services CA' },
    sender: 'anna@clinic.example',
    valuesOf: (field: string) => (field === HEADER ? tenants : ['of another field']),
    ...difference,
  }
}

const certificate = (subject: string, issuer: string): Partial<ClientFacts> => ({
  certificate: { subject, issuer },
})

t.test('without a verified certificate there is nothing to judge', async t => {
  t.same(admissionOf(facts({ certificate: undefined }), CONNECTORS), { kind: 'no-certificate' })
  t.same(admissionOf(facts({ certificate: undefined }), []), { kind: 'no-certificate' })
})

const REFUSED: readonly [name: string, facts: ClientFacts, row: string, why: RegExp][] = [
  [
    'a certificate that no connector names',
    facts(certificate('mail.other.example', 'Cloud Services CA')),
    'connector.certificate',
    /^the client certificate "mail\.other\.example" \(issued by "Cloud Services CA"\) may not relay here$/,
  ],
  [
    'the right name from another issuer',
    facts(certificate('mail.protection.outlook.com', 'Cheap CA')),
    'connector.certificate',
    /issued by "Cheap CA"/,
  ],
  [
    'a name below the right one',
    facts(certificate('evil.mail.protection.outlook.com', 'Cloud Services CA')),
    'connector.certificate',
    /may not relay/,
  ],
  [
    'a certificate without a name',
    facts(certificate('', 'Cloud Services CA')),
    'connector.certificate',
    /^a client certificate without a name \(issued by "Cloud Services CA"\) may not relay here$/,
  ],
  [
    'no tenant',
    facts({}, []),
    'connector.tenant',
    /^the message does not say which tenant it is from \(X-MS-Exchange-CrossTenant-Id\)$/,
  ],
  ['an empty tenant', facts({}, ['']), 'connector.tenant', /may not relay here$/],
  [
    'a foreign tenant',
    facts({}, [FOREIGN]),
    'connector.tenant',
    /^the tenant that the message is from \(X-MS-Exchange-CrossTenant-Id\) may not relay here$/,
  ],
  [
    'a foreign tenant above the right one',
    facts({}, [FOREIGN, CLINIC]),
    'connector.tenant',
    /once/,
  ],
  [
    'the right tenant above a foreign one',
    facts({}, [CLINIC, FOREIGN]),
    'connector.tenant',
    /once/,
  ],
  ['the right tenant twice', facts({}, [CLINIC, CLINIC]), 'connector.tenant', /more than once/],
  ['two tenants in one field', facts({}, [`${CLINIC}, ${FOREIGN}`]), 'connector.tenant', /may not/],
  ['a comment behind the tenant', facts({}, [`${CLINIC} (x)`]), 'connector.tenant', /may not/],
  [
    'a sender of another domain',
    facts({ sender: 'anna@lab.example' }),
    'connector.sender',
    /^the sender is of a domain that this client may not send for$/,
  ],
  ['a sender without a domain', facts({ sender: 'anna' }), 'connector.sender', /may not send/],
  [
    'a sender whose domain only ends so',
    facts({ sender: 'anna@evilclinic.example' }),
    'connector.sender',
    /may not send/,
  ],
  [
    'a route through the right domain',
    facts({ sender: '@clinic.example:anna@evil.example' }),
    'connector.sender',
    /may not send/,
  ],
]

for (const [name, client, row, why] of REFUSED) {
  t.test(`${name} is not admitted`, async t => {
    t.match(admissionOf(client, CONNECTORS), { kind: 'unknown', row, why })
  })
}

const ADMITTED: readonly [name: string, facts: ClientFacts, connector: string, as: string][] = [
  ['the tenant', facts(), 'clinic', 'mail.protection.outlook.com'],
  [
    'the tenant in other letters',
    facts({}, [` ${CLINIC.toUpperCase()} `]),
    'clinic',
    'mail.protection.outlook.com',
  ],
  [
    'a subdomain',
    facts({ sender: 'anna@ward.Clinic.Example' }),
    'clinic',
    'mail.protection.outlook.com',
  ],
  ['a report of the tenant', facts({ sender: '' }), 'clinic', 'mail.protection.outlook.com'],
  ['another tenant', facts({}, [LAB]), 'lab', 'mail.protection.outlook.com'],
  [
    'any sender of it',
    facts({ sender: 'x@far.example' }, ['other']),
    'lab',
    'mail.protection.outlook.com',
  ],
  [
    'a certificate of its own',
    facts(certificate('mail.home.EXAMPLE', 'Anybody'), [FOREIGN, FOREIGN]),
    'server',
    'Mail.Home.Example',
  ],
]

for (const [name, client, connector, as] of ADMITTED) {
  t.test(`${name} is admitted by ${connector}`, async t => {
    const admission = admissionOf(client, CONNECTORS)
    t.match(admission, { kind: 'admitted', connector: { name: connector }, certificate: as })
  })
}

t.test('a connector says whose its messages are, or leaves it to the sender', async t => {
  t.same(
    CONNECTORS.map(({ customer }) => customer),
    ['clinic', undefined, undefined],
  )
})

t.test('without connectors a verified certificate opens nothing', async t => {
  t.match(admissionOf(facts(), []), { kind: 'unknown', row: 'connector.certificate' })
})

t.test('whatever stands in the tenant field, only exactly one known value passes', async t => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(CLINIC, CLINIC.toUpperCase(), FOREIGN, `${CLINIC}\0`, `<${CLINIC}>`),
  )
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3 }), values => {
      const admission = admissionOf(facts({}, values), CONNECTORS.slice(0, 1))
      const passes = values.length === 1 && values[0]?.trim().toLowerCase() === CLINIC
      return (admission.kind === 'admitted') === passes
    }),
  )
  t.pass('for 100 lists of values')
})
