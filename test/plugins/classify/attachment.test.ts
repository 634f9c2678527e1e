import t from 'tap'
import plugin from '../../../plugins/classify/attachment/index.js'
import { UNREADABLE_REASONS } from '../../../src/classification/attachments/extract.js'
import type { Mail } from '../../../src/message/mail.js'
import { parseMail } from '../../../src/message/parse-mail.js'
import { buildMail } from '../../../src/testkit/build-mail.js'
import { Classifiers } from '../../support/classify-plugins.js'
import { DOCUMENTS, docxOf, file } from '../../support/document-bytes.js'
import { ahvNumber, germanIban } from '../../support/identifier-numbers.js'
import { zipOf } from '../../support/zip-bytes.js'

const AHV = 'Die AHV-Nr. lautet 756.9217.0769.85.'
const classifiers = new Classifiers()
t.teardown(() => classifiers.close())

const GUID = '11111111-2222-3333-4444-555555555555'

const attached = (name: string, bytes: Buffer, type?: string, text = 'Guten Tag'): Mail =>
  buildMail({ text, attachments: [{ name, bytes, ...(type === undefined ? {} : { type }) }] })

async function labelsOf(mail: Mail, settings: Record<string, unknown> = {}): Promise<string[]> {
  const labels = await classifiers.labels(plugin, mail, settings)
  return labels.map(
    ({ id, class: riskClass, part, count, place = '', file = '' }) =>
      `${id} ${riskClass} ${part} ${count ?? ''} ${place} ${file}`,
  )
}

await t.test(
  'a number in an attachment counts as in a text, whatever the file is called',
  async t => {
    for (const [kind, make] of Object.entries(DOCUMENTS)) {
      // What is a text by name and bytes is read without being opened.
      const name = ['txt', 'html', 'csv'].includes(kind) ? 'data' : 'befund.bin'
      const mail = attached(name, make(AHV))
      t.same(await labelsOf(mail), [`ahv high 1.2 1 file ${name}`], kind)
    }
  },
)

await t.test('an attachment', async t => {
  const secret = DOCUMENTS.docx(AHV)
  const cases: [string, Mail, Record<string, unknown>, string[]][] = [
    ['of which there is none gives no label', buildMail({ text: AHV }), {}, []],
    [
      'that is a text is left to the classifiers of texts',
      attached('a.csv', Buffer.from(AHV)),
      {},
      [],
    ],
    [
      'that is called a text and is none is opened',
      attached('a.txt', secret, 'text/plain'),
      {},
      ['ahv high 1.2 1 file a.txt'],
    ],
    [
      'in an archive is opened, and its name is read',
      attached('a.zip', zipOf([file('756.9217.0769.85.docx', DOCUMENTS.docx('Text'))])),
      {},
      ['ahv high 1.2 1 file name a.zip > 756.9217.0769.85.docx'],
    ],
    [
      'counts together with the text',
      attached(
        'a.docx',
        DOCUMENTS.docx([5, 6, 7, 8, 9].map(ahvNumber).join('\n')),
        undefined,
        [0, 1, 2, 3, 4].map(ahvNumber).join('\n'),
      ),
      {},
      ['ahv confidential 1.2 5 file a.docx'],
    ],
    [
      'counts by its words',
      attached(
        'a.docx',
        DOCUMENTS.docx('Krankengeschichte\nDiagnose: Diabetes mellitus, Anamnese'),
      ),
      {},
      ['terms-health confidential 1.2 4 file a.docx'],
    ],
    [
      'counts by its words together with the text',
      attached(
        'a.pdf',
        DOCUMENTS.pdf('Anamnese'),
        undefined,
        'Die Diagnose lautet Diabetes mellitus.',
      ),
      { high_from_points: { health: 1 }, confidential_from_points: { health: 0 } },
      ['terms-health high 1.2 3 file a.pdf'],
    ],
    [
      'counts as the settings say',
      attached('a.pdf', DOCUMENTS.pdf([1, 2].map(germanIban).join('\n'))),
      { high_from: { iban: 2 } },
      ['iban high 1.2 2 file a.pdf'],
    ],
    [
      'with a Purview label counts by its GUID',
      attached('a.docx', docxOf('<w:p/>', labelled())),
      { label: [{ guid: GUID, class: 'confidential' }] },
      ['msip-label confidential 1.2   a.docx'],
    ],
    [
      'with a Purview label counts by its name',
      attached('a.docx', docxOf('<w:p/>', labelled('Streng vertraulich'))),
      {},
      ['msip-label-name confidential 1.2   a.docx'],
    ],
    [
      'with a Purview label of another tenant does not',
      attached('a.docx', docxOf('<w:p/>', labelled('Streng vertraulich'))),
      { label_sites: ['00000000-2222-3333-4444-555555555555'] },
      [],
    ],
  ]
  for (const [name, mail, settings, want] of cases)
    t.same(await labelsOf(mail, settings), want, name)
})

await t.test('what cannot be read is on record and raises nothing', async t => {
  const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  const noise = Buffer.from([1, 2, 3, 250, 4])
  const cases: [string, Mail, Record<string, unknown>, string[]][] = [
    ['a picture', attached('a.png', png), {}, ['unreadable-picture normal 1.2 1  a.png']],
    [
      'a picture, where the settings say so',
      attached('a.png', png),
      { unreadable_class: { picture: 'high' } },
      ['unreadable-picture high 1.2 1  a.png'],
    ],
    [
      'another form',
      attached('a.bin', noise),
      { unreadable_class: { picture: 'high' } },
      ['unreadable-unknown-format normal 1.2 1  a.bin'],
    ],
    [
      'several in one archive, told once',
      attached('a.zip', zipOf([file('a.png', png), file('b.png', png)])),
      {},
      ['unreadable-picture normal 1.2 2  a.zip > a.png'],
    ],
    ['a logo inside a text', logo(png), {}, []],
  ]
  for (const [name, mail, settings, want] of cases)
    t.same(await labelsOf(mail, settings), want, name)
  const large = attached('a.bin', Buffer.alloc(2000, 1))
  t.same(
    await labelsOf(large, { max_file_size: '1K', unreadable_class: { limit: 'high' } }),
    ['unreadable-limit high 1.2 1  a.bin'],
    'a file beyond the size',
  )
  const names = Object.fromEntries(UNREADABLE_REASONS.map(reason => [reason, 'high']))
  t.same(await labelsOf(buildMail({ text: 'x' }), { unreadable_class: names }), [], 'every reason')
})

await t.test('time and text are those of the message', async t => {
  const mail = buildMail({
    attachments: [
      { name: 'a.docx', bytes: DOCUMENTS.docx('Text '.repeat(400)) },
      { name: 'b.docx', bytes: DOCUMENTS.docx(AHV) },
    ],
  })
  t.same(await labelsOf(mail, { max_message_size: '1K' }), [
    'unreadable-limit normal 1.2 2  a.docx',
  ])
})

await t.test('the reason names no file and no text', async t => {
  const mail = attached('Müller.zip', zipOf([file('Meier.docx', DOCUMENTS.docx(AHV))]))
  const labels = await classifiers.labels(plugin, mail)
  t.equal(labels.length, 1)
  t.notMatch(labels[0]?.why, /Müller|Meier|9217/)
  t.match(labels[0], { evidence: ['756…85'], threshold: { total: 1, from: 1 } })
})

function labelled(name = 'General'): ReturnType<typeof file> {
  const property = (key: string, value: string): string =>
    `<property name="MSIP_Label_${GUID}_${key}"><vt:lpwstr>${value}</vt:lpwstr></property>`
  const site = property('SiteId', '99999999-2222-3333-4444-555555555555')
  return file(
    'docProps/custom.xml',
    `<Properties>${property('Enabled', 'true')}${site}${property('Name', name)}</Properties>`,
  )
}

function logo(png: Buffer): Mail {
  return parseMail(
    Buffer.from(
      `Content-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Hallo\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n${png.toString('base64')}\r\n--x--\r\n`,
    ),
  )
}
