import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import {
  EXTRACT_LIMITS,
  type Extract,
  type ExtractLimits,
} from '../../../src/classification/attachments/extract.js'
import { extractFile } from '../../../src/classification/attachments/open-file.js'
import { der, enveloped, PKESK, SEIPD, signed } from '../../support/container-bytes.js'
import { DOCUMENTS, docxOf, file, pdfOfText, xlsxOf } from '../../support/document-bytes.js'
import { oleOf } from '../../support/ole-bytes.js'
import { CATALOGUE, PAGES, pdfOf, streamOf } from '../../support/pdf-bytes.js'
import { tnefFile, TNEF_ID, tnefOf } from '../../support/tnef-bytes.js'
import { zipOf } from '../../support/zip-bytes.js'

const WORDS = 'Befund für Frau Müller\nDiagnose: «Straße», così, naïve – 756.9217.0769.85'

/** What was found, in short: `text`, `name a.txt`, `damaged at a.zip`. */
async function read(bytes: Buffer, limits: Partial<ExtractLimits> = {}): Promise<string[]> {
  return (await extractFile(bytes, limits, () => 0)).map(inShort)
}

function inShort(found: Extract): string {
  const at = found.trail.length === 0 ? '' : ` at ${found.trail.join(' > ')}`
  if (found.kind === 'text') return `${wordsIn(found)}${at}`
  if (found.kind === 'name') return `${found.of} ${found.text}${at}`
  if (found.kind === 'sensitivity-label') return `${found.entries}${at}`
  return `${found.reason}${at}: ${found.why}`
}

function wordsIn({ text, isHtml }: { text: string; isHtml: boolean }): string {
  return (isHtml ? text.replaceAll('&nbsp;', '\u00a0').replace(/<[^>]*>/g, '\n') : text)
    .trim()
    .replace(/[ \t]+/g, ' ')
}

await t.test('the words of each sort of document are found', async t => {
  for (const [kind, make] of Object.entries(DOCUMENTS)) {
    const found = await extractFile(make(WORDS), {}, () => 0)
    const text = found.flatMap(each => (each.kind === 'text' ? [wordsIn(each)] : [])).join('\n')
    for (const word of ['Befund', 'Müller', 'Straße', 'così', 'naïve', '756.9217.0769.85'])
      t.ok(text.includes(word), `${word} in ${kind}`)
    t.same(
      found.filter(({ kind }) => kind === 'unreadable'),
      [],
      kind,
    )
  }
})

await t.test('a document', async t => {
  const cases: [string, Buffer, string[]][] = [
    ['that is empty says nothing', Buffer.alloc(0), []],
    [
      'has a word in one piece though its looks change inside it',
      docxOf('<w:p><w:r><w:t>Be</w:t></w:r><w:r><w:rPr/><w:t>fund</w:t></w:r></w:p>'),
      ['Befund'],
    ],
    [
      'keeps what was deleted and can still be read',
      docxOf('<w:p><w:del><w:r><w:delText>Diagnose</w:delText></w:r></w:del></w:p>'),
      ['Diagnose'],
    ],
    [
      'has headers, notes and comments',
      docxOf(
        '<w:p><w:r><w:t>Text</w:t></w:r></w:p>',
        file('word/header1.xml', '<w:hdr><w:p><w:t>Kopf</w:t></w:p></w:hdr>'),
        file('word/comments.xml', '<w:comments><w:p><w:t>Kommentar</w:t></w:p></w:comments>'),
        file('word/styles.xml', '<w:styles><w:t>Stil</w:t></w:styles>'),
      ),
      ['Kommentar\nText\nKopf'],
    ],
    [
      'has the cells of a row on one line',
      xlsxOf([
        ['Name', 'AHV-Nr.'],
        ['Muster', '756'],
      ]),
      ['Name AHV-Nr. \nMuster 756'],
    ],
    [
      'with embedded files has them opened',
      docxOf('<w:p/>', file('word/embeddings/table.xlsx', xlsxOf([['Lohn']]))),
      ['Lohn at word/embeddings/table.xlsx'],
    ],
    [
      'of pictures only is a scan',
      docxOf('<w:p/>', file('word/media/image1.png', '\x89PNG')),
      ['scan: the document holds pictures and no text'],
    ],
    [
      'whose entities would grow is read without them',
      docxOf('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:p><w:t>x&b;y</w:t></w:p>'),
      ['x&b;y'],
    ],
    [
      'whose elements never close is damaged from there on',
      docxOf(`<w:p><w:t>Befund</w:t></w:p>${'<w:p>'.repeat(400)}<w:t>tief</w:t>`),
      ['Befund', 'damaged: the container is malformed: its elements never close'],
    ],
    [
      'in PDF form without text is a scan',
      pdfOf([CATALOGUE, PAGES, '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>']),
      ['scan: the pages hold no text'],
    ],
    [
      'in PDF form without pages is damaged',
      Buffer.from('%PDF-1.7\nnothing'),
      ['damaged: the PDF file cannot be read'],
    ],
    [
      'of Office before 2007 is not read',
      oleOf({ WordDocument: Buffer.alloc(5000) }),
      ['unknown-format: a document in the form of Office before 2007'],
    ],
    [
      'that is encrypted is not read',
      oleOf({ EncryptedPackage: Buffer.alloc(5000), EncryptionInfo: Buffer.alloc(9) }),
      ['encrypted: the document is encrypted'],
    ],
    [
      'in OpenDocument form that is encrypted is not read',
      zipOf([file('content.xml', 'noise'), file('META-INF/manifest.xml', '<m:encryption-data/>')]),
      ['encrypted: the document is encrypted'],
    ],
    [
      'that is a picture is told',
      Buffer.from('\x89PNG\r\n', 'latin1'),
      ['picture: a picture, a sound or a film'],
    ],
    [
      'of an unknown form is told',
      Buffer.from([1, 2, 3, 250, 4]),
      ['unknown-format: its format is not known'],
    ],
    [
      'in 7z form is not opened',
      Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'),
      ['unknown-format: an archive of a form that is not opened'],
    ],
    ['as UTF-16 text is read', Buffer.from('\ufeffBefund Müller', 'utf16le'), ['Befund Müller']],
  ]
  for (const [name, bytes, wanted] of cases) t.same(await read(bytes), wanted, name)
})

await t.test('an archive', async t => {
  const inner = zipOf([file('b.txt', 'Diagnose steht hier')])
  const cases: [string, Buffer, string[]][] = [
    [
      'has its files read and their names told, through archives in it',
      zipOf([file('ordner/a.txt', 'Befund steht hier'), file('in.zip', inner)]),
      [
        'file name a.txt at ordner/a.txt',
        'Befund steht hier at ordner/a.txt',
        'file name in.zip at in.zip',
        'file name b.txt at in.zip > b.txt',
        'Diagnose steht hier at in.zip > b.txt',
      ],
    ],
    [
      'has its pictures told without unpacking them',
      zipOf([file('a.jpg', Buffer.from('\xff\xd8\xff\xe0', 'latin1'))]),
      ['file name a.jpg at a.jpg', 'picture at a.jpg: a picture, a sound or a film'],
    ],
    [
      'has a locked file told',
      zipOf([{ name: 'a.txt', flags: 1, data: Buffer.alloc(40, 7) }]),
      ['file name a.txt at a.txt', 'encrypted at a.txt: the entry is encrypted'],
    ],
    [
      'goes on behind a damaged file',
      zipOf([
        { name: 'a.txt', data: Buffer.from('no deflate'), content: Buffer.from('x') },
        file('b.txt', 'Befund steht hier'),
      ]),
      [
        'file name a.txt at a.txt',
        'damaged: the container is malformed: the compressed content is damaged',
        'file name b.txt at b.txt',
        'Befund steht hier at b.txt',
      ],
    ],
  ]
  for (const [name, bytes, wanted] of cases) t.same(await read(bytes), wanted, name)
})

await t.test('a limit ends the reading, and what came before is kept', async t => {
  const nested = (depth: number): Buffer =>
    depth === 0 ? Buffer.from('Befund steht hier') : zipOf([file('a', nested(depth - 1))])
  const many = zipOf(Array.from({ length: 30 }, (_, n) => file(`${n}.txt`, 'Befund steht hier')))
  const zeros = zipOf([file('a.txt', Buffer.alloc(3_000_000, 0x20))])
  const cases: [string, Buffer, Partial<ExtractLimits>, string][] = [
    ['of depth', nested(6), { maxDepth: 4 }, 'files lie inside each other too often'],
    ['of entries', many, { maxEntries: 20 }, 'the container exceeds a limit: too many entries'],
    [
      'of unpacked bytes',
      zeros,
      { maxUnpackedBytes: 1_000_000 },
      'the container exceeds a limit: it grows too large',
    ],
    [
      'of text',
      DOCUMENTS.docx('Befund '.repeat(100)),
      { maxTextChars: 50 },
      'the container exceeds a limit: it has too much text',
    ],
    [
      'of pages',
      pdfOf([
        CATALOGUE,
        '<< /Type /Pages /Kids [3 0 R 3 0 R 3 0 R] /Count 3 >>',
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
      ]),
      { maxPages: 2 },
      'the container exceeds a limit: it has more than 2 pages',
    ],
  ]
  for (const [name, bytes, limits, why] of cases) {
    const found = await extractFile(bytes, limits, () => 0)
    const reasons = found.flatMap(each => (each.kind === 'unreadable' ? [each] : []))
    t.match(reasons[0], { reason: 'limit', why }, name)
  }
  let clock = 0
  const late = await extractFile(
    zipOf([file('a.txt', 'Befund'), file('b.txt', 'Text')]),
    { maxTimeMs: 2 },
    () => clock++,
  )
  t.match(late.at(-1), { reason: 'limit', why: 'the container exceeds a limit: it takes too long' })
  const cut = await extractFile(DOCUMENTS.txt('Befund '.repeat(100)), { maxTextChars: 50 })
  t.match(cut[0], { kind: 'text', isCut: true }, 'a text that is cut says so')
})

await t.test('mails and their like are read with what is attached to them', async t => {
  const attached = DOCUMENTS.docx('Diagnose steht hier')
  const mail = Buffer.concat([
    Buffer.from(
      'Subject: =?utf-8?q?Pr=C3=BCfung?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n' +
        '--x\r\n\r\nGuten Tag\r\n--x\r\nContent-Type: text/plain; name=d.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    ),
    Buffer.from(attached.toString('base64')),
    Buffer.from('\r\n--x--\r\n'),
  ])
  t.same(await read(mail), [
    'subject Prüfung',
    'Guten Tag',
    'file name d.docx at d.docx',
    'Diagnose steht hier at d.docx',
  ])
  const outlook = oleOf({
    '__properties_version1.0': Buffer.alloc(64),
    '__substg1.0_0037001E': Buffer.from('Betreff'),
    '__substg1.0_10130102': Buffer.from('<html><p>Guten&nbsp;Tag</p></html>'),
    '__attach_version1.0_#00000000/__substg1.0_3707001F': Buffer.from('d.docx', 'utf16le'),
    '__attach_version1.0_#00000000/__substg1.0_37010102': attached,
  })
  t.same((await read(outlook)).toSorted(), [
    'Diagnose steht hier at d.docx',
    'Guten\u00a0Tag',
    'file name d.docx at d.docx',
    'subject Betreff',
  ])
  const winmail = tnefOf([
    [1, TNEF_ID.body, Buffer.from('Guten Tag allerseits\0')],
    ...tnefFile('d.docx', attached),
  ])
  t.same(await read(winmail), [
    'Guten Tag allerseits',
    'file name d.docx at d.docx',
    'Diagnose steht hier at d.docx',
  ])
})

await t.test('what is signed is read, what is encrypted is told', async t => {
  const entity = Buffer.from('Content-Type: text/plain\r\n\r\nBefund steht hier\r\n')
  const octets = der(4, entity)
  t.same(await read(signed(octets)), ['Befund steht hier at signed content'])
  t.same(await read(signed()), [], 'a signature beside its content')
  t.same(await read(enveloped()), ['encrypted: the message is encrypted'])
  t.same(await read(Buffer.concat([PKESK, SEIPD])), ['encrypted: the message is encrypted'])
})

await t.test('labels of Microsoft Purview are found in documents', async t => {
  const guid = '11111111-2222-3333-4444-555555555555'
  const site = '99999999-2222-3333-4444-555555555555'
  const property = (key: string, value: string): string =>
    `<property name="MSIP_Label_${guid}_${key}"><vt:lpwstr>${value}</vt:lpwstr></property>`
  const custom = file(
    'docProps/custom.xml',
    `<Properties><property name="Other"><vt:lpwstr>x</vt:lpwstr></property>${property('Enabled', 'true')}${property('SiteId', site)}</Properties>`,
  )
  const info = file(
    'docMetadata/LabelInfo.xml',
    `<clbl:labelList><clbl:label id="{${guid}}" enabled="1" siteId="{${site}}" removed="0"/></clbl:labelList>`,
  )
  const entries = `MSIP_Label_${guid}_Enabled=true;MSIP_Label_${guid}_SiteId=${site}`
  t.same(await read(docxOf('<w:p/>', custom)), [entries], 'custom.xml')
  t.same(await read(docxOf('<w:p/>', info)), [entries], 'LabelInfo.xml')
  const inInfo = pdfOfText(
    'Text',
    '/Info 6 0 R',
    `<< /MSIP_Label_${guid}_Enabled (true) /MSIP_Label_${guid}_SiteId (${site}) >>`,
  )
  t.same(await read(inInfo), [entries, 'Text'], 'information of a PDF file')
  const xmp = `<x:xmpmeta><rdf:RDF xmlns:rdf="r"><rdf:Description xmlns:pdfx="p"><pdfx:MSIP_Label_${guid}_Enabled>true</pdfx:MSIP_Label_${guid}_Enabled></rdf:Description></rdf:RDF></x:xmpmeta>`
  const withXmp = pdfOf([
    '<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>',
    PAGES,
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
    streamOf(Buffer.from(xmp), '/Type /Metadata /Subtype /XML'),
  ])
  t.same((await read(withXmp))[0], `MSIP_Label_${guid}_Enabled=true`, 'metadata of a PDF file')
})

await t.test('no document grows without bound', async t => {
  const sheet = `<worksheet><sheetData>${'<row><c t="s"><v>0</v></c></row>'.repeat(200_000)}</sheetData></worksheet>`
  const cells = xlsxOf([['x'.repeat(1000)]], file('xl/worksheets/sheet2.xml', sheet))
  const found = await extractFile(cells, { maxTextChars: 100_000 }, () => 0)
  t.match(found, [{ kind: 'text', isCut: true }, { reason: 'limit' }], 'a million cells')
  const bomb = deflateSync(Buffer.alloc(40_000_000))
  const pages = pdfOf([
    CATALOGUE,
    PAGES,
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>',
    streamOf(bomb, '/Filter /FlateDecode'),
  ])
  t.match(await extractFile(pages, {}, () => 0), [{ reason: 'scan' }], 'a page of zeros')
  const loop = pdfOf([CATALOGUE, '<< /Type /Pages /Kids [2 0 R] /Count 5 >>'])
  t.match(
    (await extractFile(loop, {}, () => 0))[0],
    { kind: 'unreadable' },
    'pages that hold themselves',
  )
})

await t.test('a document that breaks off at any byte is no error', async t => {
  let seen = 0
  for (const [kind, make] of Object.entries(DOCUMENTS)) {
    const whole = make('Befund für Frau Müller')
    const step = kind === 'pdf' ? 7 : 1
    for (let end = 0; end < whole.length; end += step) {
      const found = await extractFile(whole.subarray(0, end), {}, () => 0)
      t.ok(found.length < 20)
      seen++
    }
  }
  t.ok(seen > 2000)
})

await t.test('whatever the bytes are, a result comes', async t => {
  const samples = Object.values(DOCUMENTS).map(make => make('Befund für Frau Müller'))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      async (sample, changes) => {
        const changed = Buffer.from(sample)
        for (const [at, byte] of changes) changed[at % changed.length] = byte
        const found = await extractFile(changed, { maxUnpackedBytes: 1_000_000 }, () => 0)
        for (const each of found)
          if (each.kind === 'text' && each.text.length > EXTRACT_LIMITS.maxTextChars) return false
        return true
      },
    ),
    { numRuns: 300 },
  )
  t.pass('300 changed documents')
})
