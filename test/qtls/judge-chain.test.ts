import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import t from 'tap'
import { judgeUse } from '../../src/qtls/judge-chain.js'
import { nameConstraintProblem } from '../../src/qtls/name-constraints.js'
import { factsOf } from '../support/revocation-answers.js'
import { certificate, type Wanted } from '../support/tls-certificates.js'

const CERT_SIGN = 96

/** What is found in a chain of a root, one or two authorities and a server. */
async function found(
  leaf: Partial<Wanted>,
  authority: Partial<Wanted> = {},
  more?: Partial<Wanted>,
) {
  const root = await certificate({ name: 'Root', isCa: true })
  const upper =
    more === undefined ? root : await certificate({ name: 'Upper', isCa: true, ...more }, root)
  const middle = await certificate({ name: 'Authority', isCa: true, ...authority }, upper)
  const server = await certificate(
    { name: 'mx.example.com', dns: ['mx.example.com'], ...leaf },
    middle,
  )
  const path = (more === undefined ? [server, middle] : [server, middle, upper]).map(factsOf)
  return judgeUse({ path, anchor: factsOf(root) }).map(
    ({ code, evidence }) => `${code}: ${String(evidence['what'])}`,
  )
}

await t.test('what certificates may be used for', async t => {
  t.same(await found({}), [])
  t.same(await found({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] }), [
    'cert_purpose: extended key usage without serverAuth',
  ])
  t.same(
    await found({ extendedKeyUsage: ['2.5.29.37.0'] }),
    ['cert_purpose: extended key usage without serverAuth'],
    'any use is none for OpenSSL',
  )
  t.same(await found({ keyUsage: x509.KeyUsageFlags.dataEncipherment }), [
    'cert_purpose: key usage not for TLS',
  ])
  t.same(await found({}, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] }), [
    'cert_purpose: extended key usage without serverAuth',
  ])
  t.same(await found({}, { isCa: false, keyUsage: CERT_SIGN }), [
    'cert_constraint: not an authority',
  ])
  t.same(await found({}, { keyUsage: x509.KeyUsageFlags.cRLSign }), [
    'cert_constraint: key usage without keyCertSign',
  ])
  t.same(await found({}, { pathLength: 0 }), [], 'a server is no authority')
  t.same(await found({}, {}, { pathLength: 1 }), [])
  t.same(await found({}, {}, { pathLength: 0 }), ['cert_constraint: path length 0'])
  const more = [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))]
  t.same(await found({ more }), ['cert_constraint: critical extension 1.2.3.4'])
})

/** NameConstraints (RFC 5280, 4.2.1.10) by hand: lists of kind and bytes of a name. */
function constraints(
  permitted: readonly (readonly [number, string])[],
  excluded: readonly (readonly [number, string])[] = [],
): x509.Extension {
  const der = (tag: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag, content.length]), content])
  const list = (tag: number, names: readonly (readonly [number, string])[]): Buffer =>
    names.length === 0
      ? Buffer.alloc(0)
      : der(
          tag,
          Buffer.concat(
            names.map(([kind, name]) => der(0x30, der(0x80 | kind, Buffer.from(name, 'latin1')))),
          ),
        )
  const both = Buffer.concat([list(0xa0, permitted), list(0xa1, excluded)])
  return new x509.Extension('2.5.29.30', true, new Uint8Array(der(0x30, both)))
}

await t.test('an authority may be limited to names', async t => {
  const DNS = 2
  const URI = 6
  const within = async (extension: x509.Extension, leaf: Wanted): Promise<boolean> => {
    const authority = await certificate({ name: 'Limited', isCa: true, more: [extension] })
    const server = await certificate(leaf, authority)
    return nameConstraintProblem(factsOf(authority), factsOf(server)) === undefined
  }
  const named = (...dns: string[]): Wanted => ({ name: 'x', dns })
  const rows: readonly (readonly [boolean, x509.Extension, Wanted])[] = [
    [true, constraints([[DNS, 'example.com']]), named('example.com')],
    [true, constraints([[DNS, 'example.com']]), named('mx.example.com', '*.example.com')],
    [false, constraints([[DNS, 'example.com']]), named('mx.example.com', 'mx.example.net')],
    [false, constraints([[DNS, 'example.com']]), named('notexample.com')],
    [false, constraints([[DNS, '.example.com']]), named('example.com')],
    [
      true,
      constraints([
        [DNS, 'example.com'],
        [DNS, 'example.net'],
      ]),
      named('mx.example.net'),
    ],
    [false, constraints([], [[DNS, 'bad.example.com']]), named('mx.bad.example.com')],
    [true, constraints([], [[DNS, 'bad.example.com']]), named('mx.example.com')],
    [false, constraints([], [[DNS, '']]), named('mx.example.com')],
    [true, constraints([[URI, '.example.com']]), named('mx.example.net')],
    [false, constraints([[DNS, 'example.com']]), { name: 'mx.example.net' }],
    [true, constraints([[DNS, 'example.com']]), { name: 'mx.example.com' }],
    [true, constraints([[DNS, 'example.com']]), { name: 'A person' }],
  ]
  for (const [index, [wanted, extension, leaf]] of rows.entries())
    t.equal(await within(extension, leaf), wanted, `row ${index}`)
  const uri = new x509.SubjectAlternativeNameExtension([
    { type: 'url', value: 'http://a.example/' },
  ])
  t.notOk(
    await within(constraints([[URI, '.example.com']]), { name: 'x', more: [uri] }),
    'a name that nobody here compares is not allowed',
  )
})
