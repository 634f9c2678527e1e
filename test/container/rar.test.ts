import fc from 'fast-check'
import t from 'tap'
import { judgeContent } from '../../src/container/content.js'
import { judgeRar } from '../../src/container/rar.js'
import { checkSumsOf, repaired } from '../support/check-sums.js'
import { noise } from '../support/container-bytes.js'
import { walk } from '../support/container-walk.js'
import { RAR5, hiddenRar4, hiddenRar5, rar4Of, rar5Of } from '../support/rar-bytes.js'
import { SECRET, aesPart, zipOf } from '../support/zip-bytes.js'

const sealed = { password: 'geheim' }
const folder = { content: Buffer.alloc(0), isDirectory: true }
const program = Buffer.concat([Buffer.from('MZ'), noise(5000)])
const inner = zipOf([aesPart('geheim')])

await t.test('what cannot be decided is unknown', async t => {
  const cases: [name: string, bytes: Buffer, why: RegExp][] = [
    ['cut', rar5Of([sealed]).subarray(0, 150), /breaks off/],
    ['cut, version 4', rar4Of([sealed]).subarray(0, 90), /breaks off/],
    ['a check sum', flipped(rar5Of([sealed]), 20), /check sum/],
    ['a check sum, version 4', flipped(rar4Of([sealed]), 30), /check sum/],
    ['a name longer than its header, version 4', longName(rar4Of([sealed])), /length of a name/],
    ['a length that AES never has', rar5Of([{ ...sealed, data: noise(100) }]), /length/],
    ['rounds beyond any', rar5Of([{ ...sealed, power: 25 }]), /rounds/],
    ['too many rounds', rar5Of([{ ...sealed, power: 24 }]), /too expensive/],
    ['headers encrypted, and nothing behind', hiddenRar5('x', noise(10)), /breaks off/],
    ['the same, version 4', hiddenRar4(noise(10)), /breaks off/],
    ['noise behind', Buffer.concat([rar5Of([sealed]), noise(50)]), /behind the end/],
  ]
  let seen = 0
  for (const [name, bytes, why] of cases) {
    t.match(await walk(judgeRar, bytes), { system: 'rar', verdict: 'unknown', why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
})

await t.test('each file is judged by its header and its bytes', async t => {
  const cases: [name: string, bytes: Buffer, verdict: string, why: RegExp][] = [
    ['version 5', rar5Of([sealed]), 'encrypted', /AES-256; their names/],
    ['version 4', rar4Of([sealed]), 'encrypted', /AES-128/],
    ['version 2', rar4Of([{ ...sealed, version: 20 }]), 'weak', /RAR 2/],
    ['headers encrypted', hiddenRar5('geheim'), 'encrypted', /names are protected/],
    ['headers encrypted, version 4', hiddenRar4(), 'encrypted', /names are protected/],
    [
      'headers encrypted, and a text behind',
      Buffer.concat([hiddenRar5('geheim'), SECRET]),
      'partial',
      /1 of 2 entries readable/,
    ],
    [
      'headers encrypted, a text behind, version 4',
      Buffer.concat([hiddenRar4(), SECRET]),
      'partial',
      /1 of 2 entries readable/,
    ],
    ['behind a program', Buffer.concat([program, rar5Of([sealed])]), 'encrypted', /AES/],
    ['beside a folder', rar5Of([sealed, folder]), 'encrypted', /1 of 1/],
    ['beside a folder, version 4', rar4Of([sealed, folder]), 'encrypted', /1 of 1/],
    ['a plain file beside', rar5Of([sealed, {}]), 'partial', /1 of 2/],
    ['a plain file beside, version 4', rar4Of([{}, sealed]), 'partial', /1 of 2/],
    ['text behind', Buffer.concat([rar5Of([sealed]), SECRET]), 'partial', /1 of 2/],
    ['plain', rar5Of([{}]), 'not-encrypted', /none of 1/],
    ['plain and packed', rar5Of([{ method: 3, data: noise(60) }]), 'not-encrypted', /none/],
    ['empty', rar5Of([]), 'not-encrypted', /no content/],
    ['text that claims', rar5Of([{ ...sealed, data: SECRET }]), 'not-encrypted', /can be read/],
    [
      'stored bytes that claim',
      rar4Of([{ ...sealed, content: noise(64), data: noise(64) }]),
      'not-encrypted',
      /can be read/,
    ],
    [
      'headers that claim',
      hiddenRar5('x', rar5Of([{}]).subarray(8)),
      'not-encrypted',
      /can be read/,
    ],
    [
      'headers that claim, version 4',
      hiddenRar4(rar4Of([{}]).subarray(20)),
      'not-encrypted',
      /can be read/,
    ],
    ['no password', rar5Of([{ password: '' }]), 'not-encrypted', /empty password/],
    ['headers without password', hiddenRar5(''), 'not-encrypted', /empty password/],
  ]
  let seen = 0
  for (const [name, bytes, verdict, why] of cases) {
    t.match(await walk(judgeRar, bytes), { system: 'rar', verdict, why }, name)
    seen += 1
  }
  t.equal(seen, cases.length)
  t.match(await walk(judgeContent, rar4Of([{ content: inner }])), {
    system: 'zip',
    verdict: 'encrypted',
  })
  t.equal(await walk(judgeRar, SECRET), undefined)
  t.equal(await walk(judgeRar, program), undefined)
})

await t.test('cut at any byte, only whole archives are taken for protected', async t => {
  let seen = 0
  for (const whole of [rar5Of([sealed]), rar4Of([sealed])]) {
    const lastHeader = whole.length - (whole.subarray(0, 8).equals(RAR5) ? 8 : 7)
    for (let size = 8; size < lastHeader; size += 1) {
      const judgement = await walk(judgeRar, whole.subarray(0, size))
      if (judgement?.verdict === 'encrypted') t.fail(`at ${size}`)
      seen += 1
    }
  }
  t.ok(seen > 400)
})

await t.test('changed at any byte of a plain archive, nothing becomes protected', async t => {
  for (const plain of [rar5Of([{}, {}]), rar4Of([{}, {}])])
    await fc.assert(
      fc.asyncProperty(
        fc.nat(plain.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, bits) => {
          const judgement = await walk(judgeContent, flipped(plain, at, bits))
          return judgement?.verdict !== 'encrypted' && judgement?.verdict !== 'weak'
        },
      ),
      { numRuns: 300, seed: 4 },
    )
  t.pass('600 archives')
})

function flipped(bytes: Buffer, at: number, bits = 1): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ bits
  return changed
}

/** The first file of a RAR 4 archive with a name of more bytes than its header, and the right sum. */
function longName(archive: Buffer): Buffer {
  const sums = checkSumsOf(archive)
  const header = sums[1]?.at ?? 0
  const changed = Buffer.from(archive)
  changed.writeUInt16LE(0xff0a, header + 26)
  return repaired(changed, sums)
}
