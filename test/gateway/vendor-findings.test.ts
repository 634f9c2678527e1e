import t from 'tap'
import { vendorFindings } from '../../src/gateway/vendor-findings.js'
import { shippedVendorProfiles } from '../../src/gateway/vendor-profiles.js'
import { createMail } from '../../src/message/create-mail.js'
import type { Envelope } from '../../src/message/mail.js'
import { parseMail } from '../../src/message/parse-mail.js'
import type { Finding } from '../../src/policy/model.js'
import { compileVendors } from '../../src/policy/vendor.js'
import { vendorSchema } from '../../src/policy/vendor-schema.js'
import { noise } from '../support/container-bytes.js'
import { mailOf, multipartOf } from '../support/detect-tools.js'
import { singleZip } from '../support/single-zip.js'

const HTML = 'Content-Type: text/html; charset=utf-8'
const text = (content: string, header = 'Content-Type: text/plain; charset=utf-8'): Buffer =>
  mailOf(Buffer.from(content), header)
const mixed = (...parts: readonly Buffer[]): Buffer => multipartOf('multipart/mixed', ...parts)

interface Given {
  readonly profiles?: readonly object[]
  readonly findings?: readonly Finding[]
  readonly clientAddress?: string
}

function find(message: Buffer, given: Given = {}): Promise<readonly Finding[]> {
  const { profiles = [], findings = [], clientAddress } = given
  const own = profiles.map(profile => vendorSchema.parse({ name: 'Portal', ...profile }))
  const vendors = compileVendors([...shippedVendorProfiles(), ...own])
  // Who connects is not asked: at a listener of ours that is this machine.
  const envelope: Envelope = { sender: '', recipients: [], clientAddress: '127.0.0.1' }
  const mail = parseMail(message, envelope)
  const layer = { mail, at: '1', findings, opened: new Set<string>(), doubts: [] }
  return vendorFindings(layer, { vendors, boilerplate: [], clientAddress })
}

const NOBODY: Envelope = { sender: '', recipients: [] }

/** `path verdict`, and the paths that are accounted for. */
const shortOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ part, verdict, accounts }) =>
    [part, verdict, ...(accounts === undefined ? [] : [`covers ${accounts.join()}`])].join(' '),
  )

t.test('a link is protection where a profile names its host', async t => {
  const portal = { system: 'cryptshare', hosts: 'share.example', path: '^/download(1\\.php)?$' }
  const link = 'https://share.example/download?id=234ds43re'
  const page = `<p>Sie haben Dateien erhalten:</p><a href="${link}">Herunterladen</a>`
  const cases: [string, Buffer, readonly string[]][] = [
    ['only the link', text(link), ['1 encrypted']],
    ['with the words of the product', text(`Sie haben Dateien erhalten: ${link}`), ['1 encrypted']],
    ['with a text of its own', text(`Befund Meier: HIV. ${link}`), ['1 partial']],
    ['in HTML', text(page, HTML), ['1 encrypted']],
    ['in HTML, with a text of its own', text(`${page}<p>Befund Meier</p>`, HTML), ['1 partial']],
    [
      'one alternative',
      mixed(text('Sie haben Dateien erhalten.'), text(page, HTML)),
      ['1.2 encrypted covers 1.1'],
    ],
    ['both alternatives', mixed(text(link), text(page, HTML)), ['1.1 encrypted', '1.2 encrypted']],
    ['another path', text('https://share.example/login?id=1'), []],
    ['another host', text('https://share.example.evil.example/download?id=1'), []],
    ['the host as a user name', text('https://share.example@evil.example/download?id=1'), []],
    ['a user name', text('https://evil@share.example/download?id=1'), []],
    ['without TLS', text('http://share.example/download?id=1'), []],
    ['only said in HTML', text(`<a href="https://evil.example/download">${link}</a>`, HTML), []],
    ['no link', text('Sie haben Dateien erhalten.'), []],
  ]
  for (const [name, message, want] of cases)
    t.same(shortOf(await find(message, { profiles: [portal] })), want, name)
  t.same(await find(text(link)), [], 'without a profile')
  t.same(
    shortOf(
      await find(text('https://share.example/'), { profiles: [{ ...portal, path: undefined }] }),
    ),
    [],
    'the front page',
  )
  const files = { ...portal, coverage: 'attachments' }
  t.same(shortOf(await find(text(link), { profiles: [files] })), ['1 partial'], 'coverage')
})

const PAYLOAD = noise(400).toString('base64')
const gina = (more = '', host = 'mail.example'): string =>
  `<html><title>Secure Email</title><form method="post" action="https://${host}/web.app?op=init">` +
  `<input type="hidden" name="secmail0" value="${PAYLOAD}"><input type="submit" value="OK"></form>${more}</html>`
const COVER =
  'Sie haben eine verschlüsselte Nachricht erhalten. Öffnen Sie den Anhang secure-email.html.'
const attached = (content: Buffer, type = 'text/html'): Buffer =>
  mailOf(
    content,
    `Content-Type: ${type}; name="secure-email"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: binary`,
  )

t.test('SEPPmail, HIN and DATEV are known by their form', async t => {
  const form = attached(Buffer.from(gina()))
  const cases: [string, Buffer, readonly string[]][] = [
    ['with its cover', mixed(text(COVER), form), ['1.2 encrypted covers 1.1']],
    ['beside a text', mixed(text('Befund Meier'), form), ['1.2 encrypted']],
    [
      'beside an attached text',
      mixed(form, attached(Buffer.from(COVER), 'text/plain')),
      ['1.1 encrypted'],
    ],
    ['a text inside the form', attached(Buffer.from(gina('<p>Befund Meier</p>'))), ['1 partial']],
    [
      'in a ZIP archive',
      mixed(text(COVER), attached(singleZip(Buffer.from(gina())), 'application/zip')),
      ['1.2 encrypted covers 1.1'],
    ],
    ['a ZIP archive of text', attached(singleZip(Buffer.from('Befund')), 'application/zip'), []],
    ['only the headers', text(COVER, 'X-ESWmail-Encrypted: yes\r\nContent-Type: text/plain'), []],
    ['another form', attached(Buffer.from(gina().replace('op=init', 'op=search'))), []],
  ]
  for (const [name, message, want] of cases) t.same(shortOf(await find(message)), want, name)
  const own = { system: 'seppmail', hosts: 'mail.example', attachment: { form: 'op=init' } }
  const elsewhere = attached(Buffer.from(gina('', 'evil.example').replace('web.app', 'x')))
  t.same(await find(elsewhere, { profiles: [own] }), [], 'another host than that of the profile')
})

t.test('a file that cannot be a form is not read as a whole', async t => {
  const picture = attached(noise(1_000_000), 'image/jpeg')
  const archive = attached(singleZip(noise(1_000_000), { count: 2 }), 'application/zip')
  for (const [name, message] of [
    ['a picture', picture],
    ['an archive of several files', archive],
  ] as const) {
    const mail = parseMail(message)
    let read = 0
    const source = {
      ...mail.source,
      peek: () => undefined,
      read: (start: number, end: number) => {
        read += end - start
        return mail.source.read(start, end)
      },
    }
    const watched = createMail({ root: mail.root, damage: [], size: source.size }, source, NOBODY)
    const layer = { mail: watched, at: '1', findings: [], opened: new Set<string>(), doubts: [] }
    const context = {
      vendors: compileVendors(shippedVendorProfiles()),
      boilerplate: [],
      clientAddress: undefined,
    }
    t.same(await vendorFindings(layer, context), [], name)
    t.ok(read > 0 && read < 100_000, `${name}: ${read} bytes read`)
  }
})

t.test('what a detector found may be the carrier of a product', async t => {
  const message = mixed(text('You have received an encrypted message.'), attached(noise(90)))
  const pdf = (verdict: Finding['verdict']): Finding => ({
    plugin: 'detect/pdf',
    system: 'pdf',
    part: '1.2',
    verdict,
    why: 'test',
  })
  const spx = { system: 'spx', attachment: { detector: 'pdf', name: '^secure' } }
  const with_ = async (findings: readonly Finding[], profile: object = spx): Promise<unknown> =>
    shortOf(await find(message, { profiles: [profile], findings }))
  t.same(await with_([pdf('encrypted')]), ['1.2 encrypted covers 1.1'])
  t.same(await with_([pdf('weak')]), ['1.2 weak covers 1.1'])
  t.same(await with_([pdf('not-encrypted')]), [])
  t.same(await with_([]), [])
  t.same(await with_([pdf('encrypted')], { ...spx, attachment: { detector: 'zip' } }), [])
  t.same(
    await with_([pdf('encrypted')], { ...spx, attachment: { ...spx.attachment, name: 'x' } }),
    [],
  )
  t.same(await with_([pdf('encrypted')], { ...spx, attachment: { type: '^image/' } }), [])
  t.same(await with_([pdf('encrypted')], { ...spx, attachment: 'secure' }), [
    '1.2 encrypted covers 1.1',
  ])
  t.same(await with_([], { ...spx, attachment: 'secure' }), [], 'a name proves nothing')
})

t.test('a trusted hop is what Postfix saw, never a header', async t => {
  const hop = { system: 'spx', trusted_hops: '192.0.2.0/24', headers: { 'x-spx': '^yes$' } }
  const from = (message: Buffer, clientAddress?: string, profile: object = hop): Promise<unknown> =>
    find(message, {
      profiles: [profile],
      ...(clientAddress === undefined ? {} : { clientAddress }),
    }).then(shortOf)
  const message = text(
    'You have received a secure message.',
    'X-SPX: yes\r\nContent-Type: text/plain',
  )
  t.same(await from(message, '192.0.2.7'), ['1 encrypted'])
  t.same(await from(message, '198.51.100.7'), [])
  t.same(await from(message), [], 'a file has no hop')
  t.same(await from(text('x'), '192.0.2.7'), [], 'the header is missing')
  const forged = text(
    'x',
    'X-SPX: yes\r\nReceived: from spx ([192.0.2.7])\r\nContent-Type: text/plain',
  )
  t.same(await from(forged), [])
  const named = { system: 'postseal', trusted_hops: '192.0.2.7', attachment: 'secure' }
  const cover = mixed(text('any text of the product'), attached(noise(90)))
  t.same(await from(cover, '192.0.2.7', named), ['1.2 encrypted covers 1.1'])
  t.same(await from(cover, '198.51.100.7', named), [])
  t.same(await from(message, '192.0.2.7', { ...hop, coverage: 'attachments' }), ['1 partial'])
})
