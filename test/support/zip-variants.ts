import {
  PASSWORD,
  PROGRAM,
  askedArchives,
  sevenZip,
  writeContents,
  type Archive,
} from './archive-variants.js'
import { noise } from './container-bytes.js'
import type { OracleBox } from './oracle-box.js'
import type { Guard, Variant } from './variant.js'

const METHODS = ['copy', 'deflate', 'deflate64', 'bzip2', 'lzma', 'ppmd']

const CIPHERS: readonly (readonly [cipher: string, guard: Guard])[] = [
  ['', 'none'],
  ['ZipCrypto', 'weak'],
  ['AES128', 'strong'],
  ['AES192', 'strong'],
  ['AES256', 'strong'],
]

const CONTENTS = [['a.txt', 'b.txt'], ['c.bin']]

/** ZIP archives by 7z and zip, and what 7z says of each. */
export function zipVariants(box: OracleBox): readonly Variant[] {
  writeContents(box)
  return askedArchives(box, [...bySevenZip(box), ...byZip(box), ...shaped(box)])
}

const secretOf = (cipher: string): string[] =>
  cipher === '' ? [] : [`-p${PASSWORD}`, `-mem=${cipher}`]

function bySevenZip(box: OracleBox): readonly Archive[] {
  return CONTENTS.flatMap(files =>
    METHODS.flatMap(method =>
      CIPHERS.map(([cipher, guard]) => ({
        name: `7z, ${method}, ${cipher || 'no cipher'}, ${files.join()}`,
        guard,
        bytes: sevenZip(box, 'x.zip', ['-tzip', `-mm=${method}`, ...secretOf(cipher), ...files]),
      })),
    ),
  )
}

/** The program of Info-ZIP knows the traditional encryption only. */
function byZip(box: OracleBox): readonly Archive[] {
  const archives: Archive[] = []
  for (const files of [['a.txt', 'b.txt'], ['c.bin'], ['many', 'empty.txt'], ['Übersicht.txt']])
    for (const form of [['-0'], ['-9'], ['-X', '-D'], ['-fz']])
      for (const guard of ['none', 'weak'] as const) {
        box.remove('z.zip')
        const secret = guard === 'weak' ? ['-P', PASSWORD] : []
        box.make('zip', ['-q', '-r', ...form, ...secret, 'z.zip', ...files])
        const name = `zip, ${guard}, ${form.join(' ')}, ${files.join()}`
        archives.push({ name, guard, bytes: box.read('z.zip') })
      }
  for (const guard of ['none', 'weak'] as const) {
    const secret = guard === 'weak' ? ['-P', PASSWORD] : []
    const bytes = box.make('zip', ['-q', ...secret, '-', '-'], noise(500))
    archives.push({ name: `zip, ${guard}, from a stream to a stream`, guard, bytes })
  }
  return archives
}

/** What stands beside, around and behind: comments, programs, other entries, other archives. */
function shaped(box: OracleBox): readonly Archive[] {
  const archives: Archive[] = []
  for (const [cipher, guard] of CIPHERS) {
    const made = (...more: readonly string[]): Buffer =>
      sevenZip(box, 'x.zip', ['-tzip', ...secretOf(cipher), ...more])
    const bytes = made('a.txt')
    box.write('c.zip', bytes)
    box.make('zip', ['-q', '-z', 'c.zip'], Buffer.from('Unterlagen\n'))
    archives.push(
      { name: `${cipher} with a comment`, guard, bytes: box.read('c.zip') },
      { name: `${cipher} behind a program`, guard, bytes: Buffer.concat([PROGRAM, bytes]) },
      { name: `${cipher}, many entries`, guard, bytes: made('many', 'empty.txt') },
      { name: `${cipher}, a name with an umlaut`, guard, bytes: made('-mcu=on', 'Übersicht.txt') },
      { name: `${cipher} in a plain one`, guard, inner: bytes, bytes: around(box, 'zip') },
      { name: `${cipher} in a plain 7z`, guard, inner: bytes, bytes: around(box, '7z') },
    )
    if (cipher === '') continue
    const first = ['-tzip', ...secretOf(cipher), 'a.txt', 'c.bin']
    for (const later of ['b.txt', 'Übersicht.txt'])
      archives.push({
        name: `${cipher}, and ${later} added later without it`,
        guard: 'mixed',
        bytes: sevenZip(box, 'x.zip', first, ['-tzip', later]),
      })
  }
  return archives
}

/** A plain archive around x.zip. */
function around(box: OracleBox, type: string): Buffer {
  return sevenZip(box, `around.${type}`, ['x.zip'])
}
