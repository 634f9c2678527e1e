import {
  PASSWORD,
  PROGRAM,
  askedArchives,
  sevenZip,
  writeContents,
  type Archive,
} from './archive-variants.js'
import type { OracleBox } from './oracle-box.js'
import type { Guard, Variant } from './variant.js'

const METHODS = ['copy', 'lzma', 'lzma2', 'ppmd', 'bzip2', 'deflate', 'deflate64', 'bcj', 'delta']

const CONTENTS = [
  ['a.txt'],
  ['b.txt', 'c.bin'],
  ['a.txt', 'b.txt', 'empty.txt'],
  ['many', 'Übersicht.txt'],
]

const SECRETS: readonly (readonly [name: string, options: readonly string[], guard: Guard])[] = [
  ['no cipher', [], 'none'],
  ['AES', [`-p${PASSWORD}`], 'strong'],
  ['AES, names too', [`-p${PASSWORD}`, '-mhe=on'], 'strong'],
]

/** Options that change the form of the archive: one block for all, the header as it is, levels. */
const FORMS = [['-ms=off'], ['-mhc=off'], ['-mx=1', '-ms=on'], ['-mx=9'], ['-mmt=off', '-mtm=off']]

/** 7z archives in every way that 7z knows, and what it says of each. */
export function sevenZipVariants(box: OracleBox): readonly Variant[] {
  writeContents(box)
  return askedArchives(box, [...byMethod(box), ...byForm(box), ...mixed(box)])
}

function byMethod(box: OracleBox): readonly Archive[] {
  return CONTENTS.flatMap(files =>
    METHODS.flatMap(method =>
      SECRETS.map(([name, secret, guard]) => ({
        name: `${method}, ${name}, ${files.join()}`,
        guard,
        bytes: sevenZip(box, 'x.7z', [...methodOf(method), ...secret, ...files]),
      })),
    ),
  )
}

/** A filter stands before a method. */
function methodOf(method: string): readonly string[] {
  return /^(?:bcj|delta)$/.test(method) ? [`-m0=${method}`, '-m1=lzma'] : [`-m0=${method}`]
}

function byForm(box: OracleBox): readonly Archive[] {
  return FORMS.flatMap(form =>
    SECRETS.flatMap(([name, secret, guard]) => {
      const bytes = sevenZip(box, 'x.7z', [...form, ...secret, 'a.txt', 'b.txt', 'many'])
      return [
        { name: `${form.join(' ')}, ${name}`, guard, bytes },
        {
          name: `${form.join(' ')}, ${name}, behind a program`,
          guard,
          bytes: Buffer.concat([PROGRAM, bytes]),
        },
      ]
    }),
  )
}

/** Entries of both kinds, and a protected archive in a plain one. */
function mixed(box: OracleBox): readonly Archive[] {
  const archives: Archive[] = []
  for (const method of ['copy', 'lzma2', 'deflate']) {
    const first = [`-m0=${method}`, `-p${PASSWORD}`, 'a.txt', 'c.bin']
    archives.push({
      name: `${method}, and a file added later without a password`,
      guard: 'mixed',
      bytes: sevenZip(box, 'x.7z', first, [`-m0=${method}`, 'b.txt']),
    })
    const inner = sevenZip(box, 'inner.7z', [`-p${PASSWORD}`, '-mhe=on', 'a.txt'])
    const plain = sevenZip(box, 'x.7z', [`-m0=${method}`, 'inner.7z'])
    archives.push({
      name: `protected in a plain one, ${method}`,
      guard: 'strong',
      inner,
      bytes: plain,
    })
  }
  return archives
}
