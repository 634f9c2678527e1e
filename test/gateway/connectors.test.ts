import t from 'tap'
import { parseConfig } from '../../src/config/load.js'
import { loadConnectors } from '../../src/gateway/connectors.js'

const CUSTOMERS = `
[[customer]]
name = "clinic"
domains = ["clinic.example"]
[[customer]]
name = "lab"
domains = ["lab.example"]
`

/** A connector as it stands in the file. */
function connector(name: string, lines: string): string {
  return `[[connector]]\nname = "${name}"\n${lines}\n`
}

const SHARED = 'certificates = ["mail.cloud.example"]'

const WRONG: readonly [name: string, text: string, want: RegExp][] = [
  [
    'a connector that names no certificate',
    connector('x', 'certificates = []\ntenants = []'),
    /\/f:3:16: connector x: names no certificate$/,
  ],
  [
    'two of one name',
    connector('x', `${SHARED}\ntenants = ["a"]`) + connector('x', `${SHARED}\ntenants = ["b"]`),
    /\/f:2:8: connector x: this name is there twice\n\/f:6:8: connector x: this name/,
  ],
  [
    'a certificate of its own that another shares',
    connector('x', `${SHARED}\ntenants = []`) +
      connector('y', 'certificates = ["Mail.Cloud.Example"]\ntenants = ["b"]'),
    /\/f:4:11: connector x: another connector has this certificate too/,
  ],
  [
    'a customer that there is not',
    connector('x', `${SHARED}\ntenants = ["a"]\ncustomer = "clinc"`) + CUSTOMERS,
    /\/f:5:12: connector x: there is no customer clinc$/,
  ],
  [
    'a connector that could send for every customer',
    connector('x', `${SHARED}\ntenants = ["a"]`) + CUSTOMERS,
    /\/f:2:8: connector x: with several customers it has to name customer or sender_domains/,
  ],
]

for (const [name, text, message] of WRONG) {
  t.test(`${name} is a mistake`, async t => {
    t.throws(() => loadConnectors(parseConfig(text, '/f')), { code: 'ERR_CONFIG_INVALID', message })
  })
}

t.test('tenants have to be said, even where there are none', async t => {
  t.throws(() => parseConfig(connector('x', SHARED), '/f'), { message: /tenants: is missing/ })
})

t.test('without sender domains those of the customer are meant', async t => {
  const text =
    connector('own', `${SHARED}\ntenants = ["a"]\ncustomer = "clinic"`) +
    connector(
      'named',
      `${SHARED}\ntenants = ["b"]\ncustomer = "lab"\nsender_domains = ["x.example"]`,
    ) +
    connector('mixed', `${SHARED}\ntenants = ["c"]\nsender_domains = ["clinic.example"]`) +
    CUSTOMERS
  const connectors = loadConnectors(parseConfig(text, '/f'))
  const senders = ['a@clinic.example', 'a@lab.example', 'a@x.example', '']
  t.same(
    connectors.map(one => [one.name, one.customer, senders.filter(one.maySend)]),
    [
      ['own', 'clinic', ['a@clinic.example', '']],
      ['named', 'lab', ['a@x.example', '']],
      ['mixed', undefined, ['a@clinic.example', '']],
    ],
  )
})

t.test('without customers a connector may leave the sender open', async t => {
  const [one] = loadConnectors(parseConfig(connector('x', `${SHARED}\ntenants = ["a"]`), '/f'))
  t.equal(one?.maySend('a@anywhere.example'), true)
})
