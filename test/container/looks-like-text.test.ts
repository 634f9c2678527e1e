import t from 'tap'
import { looksLikeText } from '../../src/container/looks-like-text.js'
import { noise } from '../support/container-bytes.js'

t.test('whether bytes are text', async t => {
  const cases: [string, Buffer, boolean][] = [
    ['ASCII', Buffer.from('Content-Type: text/plain\r\n'), true],
    [
      'UTF-8 with umlauts',
      Buffer.from('Sehr geehrte Frau Müller, über die Prüfung und die Änderung wurde für Sie '),
      true,
    ],
    [
      'Latin-1 with umlauts',
      Buffer.from(
        'Sehr geehrte Frau Müller, über die Prüfung und die Änderung wurde für Sie ',
        'latin1',
      ),
      true,
    ],
    ['UTF-16', Buffer.from('Sehr geehrte Frau', 'utf16le'), true],
    ['Cyrillic in UTF-8', Buffer.from('Диагноз и история болезни пациента'), true],
    ['Chinese in UTF-8', Buffer.from('诊断和病史，严格保密，仅供医生使用'), true],
    [
      'a character that is cut',
      Buffer.from('Диагноз и история болезни пациента').subarray(0, 41),
      true,
    ],
    ['Cyrillic in UTF-16', Buffer.from('Диагноз и история болезни пациента.', 'utf16le'), true],
    [
      'Cyrillic in an 8-bit set',
      Buffer.from(Array.from({ length: 400 }, (_, at) => 0xe0 + ((at * 7) % 32))),
      true,
    ],
    ['base64', Buffer.from(noise(90).toString('base64')), true],
    ['ciphertext', noise(4096), false],
    ['a few bytes that happen to be printable', Buffer.from('abcdefghijk'), false],
    ['nothing', Buffer.alloc(0), false],
    ['zeros', Buffer.alloc(64), false],
    ['text behind the sample', Buffer.concat([noise(4096), Buffer.alloc(100_000, 'a')]), false],
  ]
  for (const [name, bytes, want] of cases) t.equal(looksLikeText(bytes), want, name)
  t.ok(cases.length > 0)
})
