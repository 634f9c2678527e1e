import { askSevenZip, openingOf } from './archive-oracle.js'
import { noise } from './container-bytes.js'
import type { OracleBox } from './oracle-box.js'
import { LETTER_TEXT, type Guard, type Variant } from './variant.js'

/** An archive that lies in the box, and how it is protected. */
export interface Archive {
  readonly name: string
  readonly bytes: Buffer
  readonly guard: Guard
  /** The archive inside that has the secret, where the one around it has none. */
  readonly inner?: Buffer
}

/** Files that archives are made of: text, text that packs well, noise, and nothing. */
export function writeContents(box: OracleBox): void {
  box.write('a.txt', LETTER_TEXT)
  box.write('b.txt', Buffer.concat(Array.from({ length: 60 }, (_, i) => Buffer.from(`${i * i}\n`))))
  box.write('c.bin', noise(4000))
  box.write('empty.txt', Buffer.alloc(0))
  box.write('Übersicht.txt', LETTER_TEXT)
  box.subfolder('many')
  for (let index = 0; index < 30; index += 1)
    box.write(`many/${index}.txt`, Buffer.from(`Zeile ${index} von Herrn Meier\n`))
}

/** Makes an archive with 7z by these options, in one or more steps. */
export function sevenZip(box: OracleBox, file: string, ...steps: readonly string[][]): Buffer {
  box.remove(file)
  for (const step of steps) box.make('7z', ['a', '-y', '-bd', file, ...step])
  return box.read(file)
}

/** What 7z says of all these archives, asked at once: without a secret, and with it. */
export function askedArchives(box: OracleBox, archives: readonly Archive[]): readonly Variant[] {
  box.subfolder('asked')
  const files = archives.map((_, index) => `v${index}`)
  for (const [index, { bytes, inner }] of archives.entries())
    box.write(`asked/v${index}`, inner ?? bytes)
  const byNobody = askSevenZip(box, 'asked', files)
  const byOwner = askSevenZip(box, 'asked', files, PASSWORD)
  return archives.map(({ name, bytes, guard }, index) => {
    const answer = byNobody.get(`v${index}`)
    return {
      name,
      bytes,
      guard,
      opens: answer === undefined ? 'never' : openingOf(answer),
      opensWithSecret: byOwner.get(`v${index}`)?.opens === true,
    }
  })
}

export const PASSWORD = 'Geheim-Woerter 1'

/** A program, as far as its first bytes say, for archives that unpack themselves. */
export const PROGRAM = Buffer.concat([Buffer.from('MZ'), noise(5000)])
