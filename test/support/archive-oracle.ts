import type { OracleBox } from './oracle-box.js'
import type { Opening } from './variant.js'

/** What 7z says of one archive. */
export interface ArchiveAnswer {
  /** It unpacks all of it without an error. */
  readonly opens: boolean
  /** Of each file with content, whether it is encrypted; undefined where nothing can be listed. */
  readonly encrypted: readonly boolean[] | undefined
}

const NO_FILE: ArchiveAnswer = { opens: false, encrypted: undefined }

/**
 * Asks 7z to unpack and to list all archives of a folder in the box, each kind of question in one
 * process. It reads ZIP, 7z and RAR, and knows an archive by its bytes.
 *
 * Shape   `password` that is tried; one that is wrong keeps 7z from asking for one.
 */
export function askSevenZip(
  box: OracleBox,
  folder: string,
  files: readonly string[],
  password = 'none',
): ReadonlyMap<string, ArchiveAnswer> {
  const tested = sections(box, 't', folder, password, 'Testing archive: ')
  const listed = sections(box, 'l', folder, password, 'Listing archive: ')
  return new Map(
    files.map(file => {
      const opens = isGood(tested.get(file) ?? '')
      const list = listed.get(file)
      return [file, list === undefined ? NO_FILE : { opens, encrypted: encryptedFiles(list) }]
    }),
  )
}

/**
 * The files of a folder that 7z unpacks without a secret, and all that it looked at. It skips what
 * it takes for a folder: where each entry with content is encrypted, nothing was unpacked.
 */
export function unpackedBySevenZip(
  box: OracleBox,
  folder: string,
): { readonly good: ReadonlySet<string>; readonly seen: ReadonlySet<string> } {
  const tested = sections(box, 't', folder, 'none', 'Testing archive: ')
  const seen = new Set(tested.keys())
  const good = new Set([...tested].filter(([, said]) => isGood(said)).map(([file]) => file))
  if (good.size === 0) return { good, seen }
  // To list those with encrypted names costs a key for each.
  for (const file of seen) if (!good.has(file)) box.remove(`${folder}/${file}`)
  const listed = sections(box, 'l', folder, 'none', 'Listing archive: ')
  for (const file of good) {
    const encrypted = encryptedFiles(listed.get(file) ?? '') ?? []
    if (encrypted.length > 0 && encrypted.every(Boolean)) good.delete(file)
  }
  return { good, seen }
}

const isGood = (said: string): boolean => said.includes('Everything is Ok')

/** How much of an archive opens without a secret. */
export function openingOf({ opens, encrypted }: ArchiveAnswer): Opening {
  if (opens) return 'whole'
  return encrypted?.includes(false) === true ? 'partly' : 'never'
}

/** What 7z prints of each archive, by the name of its file. */
function sections(
  box: OracleBox,
  command: 't' | 'l',
  folder: string,
  password: string,
  head: string,
): ReadonlyMap<string, string> {
  const { said } = box.ask('7z', [command, '-slt', '-bd', `-p${password}`, `${folder}/*`])
  const [, ...pieces] = said.split(`\n${head}`)
  return new Map(
    pieces.map(piece => {
      const end = piece.indexOf('\n')
      return [piece.slice(folder.length + 1, end), piece.slice(end)]
    }),
  )
}

/** Nothing is said of an archive that cannot be listed; a file without content has no secret. */
function encryptedFiles(list: string): readonly boolean[] | undefined {
  const [, files] = list.split('\n----------\n')
  if (files === undefined) return undefined
  const full = files.split('\n\n').filter(file => /^Size = [1-9]/m.test(file))
  return full.map(file => /^Encrypted = \+/m.test(file))
}
