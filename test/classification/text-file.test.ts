import t from 'tap'
import { textFile } from '../../src/classification/text-file.js'
import { mailOf } from '../support/plugins-run.js'

const EXCEL = 'application/vnd.ms-excel'

async function read(type: string, name: string, bytes: Buffer, maxBytes = 1000) {
  const header = `Content-Type: ${type}; name="${name}"\nContent-Transfer-Encoding: base64`
  const mail = await mailOf(`${header}\n\n${bytes.toString('base64')}\n`)
  return textFile(mail, mail.root, maxBytes)
}

await t.test('a file', async t => {
  const row = 'Name;AHV\r\nMuster;756.9217.0769.85\r\n'
  const text = Buffer.from(row)
  const utf16 = Buffer.from(`\ufeff${row}`, 'utf16le')
  const noise = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * at * 89 + at * 7) % 256))
  const cases: [string, string, string, Buffer, object | undefined][] = [
    ['of a table is read', EXCEL, 'a.CSV', text, { text: row, isHtml: false, isCut: false }],
    ['of any type is read', 'application/octet-stream', 'a.txt', text, { text: row }],
    ['in UTF-16 is read', EXCEL, 'a.csv', utf16, { text: row }],
    [
      'in UTF-16 of the other order is read',
      EXCEL,
      'a.csv',
      Buffer.from(utf16).swap16(),
      { text: row },
    ],
    ['of HTML is told', EXCEL, 'a.htm', text, { isHtml: true }],
    ['of another name is not read', EXCEL, 'a.xls', text, undefined],
    ['without a name is not read', EXCEL, '', text, undefined],
    ['that is no text is not read', EXCEL, 'a.csv', noise, undefined],
    ['that is a text part is left to those', 'text/csv', 'a.csv', text, undefined],
  ]
  for (const [name, type, fileName, bytes, want] of cases) {
    t.match((await read(type, fileName, bytes)) ?? 'nothing', want ?? 'nothing', name)
  }
  t.match(await read(EXCEL, 'a.csv', text, 20), { text: row.slice(0, 20), isCut: true }, 'is cut')
  t.end()
})
