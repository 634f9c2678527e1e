import t from 'tap'
import { parseMail } from '../../../src/message/parse-mail.js'
import { harvest, harvestedKeys, type KeyCandidate } from '../../../src/seal/keys/harvest.js'
import { KeyMaker, MAIL_EXTENSIONS } from '../../support/seal-keys.js'

const maker = new KeyMaker()
t.teardown(() => maker.close())
const now = Date.now() + 86_400_000
const signal = new AbortController().signal
const { box } = maker

const root = maker.authority('root')
const middle = maker.authority('middle', { by: 'root' })
const anna = maker.certificate('anna', { key: 'rsa:2048', by: 'middle' })
maker.certificate('beat', {
  by: 'root',
  extensions: MAIL_EXTENSIONS('beat@example.org', 'keyAgreement'),
})
maker.certificate('signer', {
  by: 'root',
  extensions: ['subjectAltName=email:signer@example.org', 'keyUsage=digitalSignature'],
})

const LETTER = 'Content-Type: text/plain\r\n\r\nGuten Tag\r\nAnna\r\n'

/** A mail that openssl signs; `-text` is left out, so the content is the MIME entity as it is. */
function signed(options: readonly string[], who = 'anna', from = `${who}@example.org`): Buffer {
  box.write('letter', Buffer.from(LETTER))
  const signer = ['-signer', `${who}.pem`, '-inkey', `${who}.key`]
  const made = maker.openssl('cms', '-sign', '-in', 'letter', '-crlfeol', ...signer, ...options)
  return Buffer.concat([Buffer.from(`From: Somebody <${from}>\r\n`), made])
}

const withMiddle = ['-certfile', 'middle.pem']

/** Who asked for an issuer, and what is believed. */
function harvested(mail: Buffer, problem?: string) {
  const asked: (readonly Buffer[])[] = []
  const checks = {
    issuerProblem: (certificate: Buffer, chain: readonly Buffer[]) => {
      asked.push([certificate, ...chain])
      return problem
    },
  }
  const found = harvest(parseMail(mail), { checks, now, minRsaBits: 2048 }, signal)
  return { asked, found }
}

const count = async (mail: Buffer): Promise<number> => (await harvested(mail).found).length

await t.test('the certificate of a signed mail is found, with the way to its root', async t => {
  const forms: [name: string, mail: Buffer][] = [
    ['beside the content', signed(withMiddle)],
    ['around the content', signed([...withMiddle, '-nodetach'])],
    ['with SHA-512', signed([...withMiddle, '-md', 'sha512'])],
    ['with PSS', signed([...withMiddle, '-keyopt', 'rsa_padding_mode:pss'])],
    ['without attributes', signed([...withMiddle, '-noattr'])],
    ['by key identifier', signed([...withMiddle, '-keyid'])],
  ]
  for (const [name, mail] of forms) {
    const { asked, found } = harvested(mail)
    const [candidate, ...more] = await found
    t.match(candidate, { address: 'anna@example.org', key: { bytes: anna } }, name)
    t.same(candidate?.chain, [middle], name)
    t.same(more, [])
    t.same(asked, [[anna, middle]])
  }
  const curve = await harvested(signed([], 'beat')).found
  t.match(curve, [{ address: 'beat@example.org', key: { algorithm: 'EC P-256' } }])
})

await t.test(
  'a mail whose signature does not hold gives nothing, at every byte of its content',
  async t => {
    const mail = signed(withMiddle)
    const at = mail.indexOf('Guten Tag')
    t.equal(await count(mail), 1)
    for (let index = 0; index < 'Guten Tag\r\nAnna'.length; index += 1) {
      const changed = Buffer.from(mail)
      const place = at + index
      changed[place] = (changed[place] ?? 0) ^ 0x01
      t.equal(await count(changed), 0, String(index))
    }
    const opaque = signed([...withMiddle, '-nodetach', '-binary', '-outform', 'DER'])
    const der = opaque.subarray(opaque.indexOf('\n') + 1)
    const place = der.indexOf('Guten Tag')
    const asMail = (bytes: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from('From: anna@example.org\r\nContent-Type: application/pkcs7-mime\r\n'),
        Buffer.from('Content-Transfer-Encoding: base64\r\n\r\n'),
        Buffer.from(bytes.toString('base64').replace(/.{76}/g, '$&\r\n')),
      ])
    t.equal(await count(asMail(der)), 1)
    const changed = Buffer.from(der)
    changed[place] = 0x67
    t.equal(await count(asMail(changed)), 0)
  },
)

await t.test('a certificate is only taken from whom the mail is', async t => {
  const cases: [name: string, mail: Buffer][] = [
    ['another From', signed(withMiddle, 'anna', 'beat@example.org')],
    ['two addresses', signed(withMiddle, 'anna', 'anna@example.org>, <x@example.org')],
    [
      'two From fields',
      Buffer.concat([Buffer.from('From: x@example.org\r\n'), signed(withMiddle)]),
    ],
    ['no From', signed(withMiddle).subarray('From: Somebody <anna@example.org>\r\n'.length)],
    ['signs only', signed([], 'signer')],
    ['SHA-1', signed([...withMiddle, '-md', 'sha1'])],
    ['without its certificate', signed(['-nocerts'])],
    ['not signed', Buffer.from(`From: anna@example.org\r\n${LETTER}`)],
    ['forwarded', forwarded(signed(withMiddle))],
  ]
  for (const [name, mail] of cases) t.equal(await count(mail), 0, name)
  t.same(await harvested(signed(withMiddle), 'nobody has issued it').found, [])
})

/** A signed mail as an attachment of another one by the same sender. */
function forwarded(mail: Buffer): Buffer {
  const head = 'From: anna@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'
  return Buffer.concat([
    Buffer.from(head),
    mail.subarray(mail.indexOf('\n') + 1),
    Buffer.from('\r\n--b--\r\n'),
  ])
}

await t.test('a signature that breaks off gives nothing, at every byte', async t => {
  const mail = signed([], 'beat')
  const from = mail.indexOf('smime.p7s')
  let seen = 0
  for (let length = from; length < mail.length - 60; length += 7) {
    t.equal(await count(mail.subarray(0, length)), 0, String(length))
    seen += 1
  }
  t.ok(seen > 100)
})

await t.test('what is harvested is kept for one customer, and as harvested', async t => {
  const candidates: readonly KeyCandidate[] = await harvested(signed(withMiddle)).found
  t.match(harvestedKeys(candidates, 'clinic'), [
    { customer: 'clinic', owner: 'anna@example.org', source: 'harvest', system: 'smime' },
  ])
  t.equal(root.length > 0, true)
  const stopped = AbortSignal.abort(new Error('over'))
  const rules = { checks: { issuerProblem: () => undefined }, now, minRsaBits: 2048 }
  await t.rejects(harvest(parseMail(signed(withMiddle)), rules, stopped), { message: 'over' })
})
