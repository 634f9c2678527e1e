import { unpackedBySevenZip } from './archive-oracle.js'
import type { Family } from './mutation-samples.js'
import type { OracleBox } from './oracle-box.js'
import type { Gpg } from './pgp-variants.js'
import { smimeOpened } from './smime-variants.js'

/** Says which of many files a program that is no part of ours opens without a secret. */
export interface MutationOracle {
  /** Whether one process looks at all of them, so that each one costs next to nothing. */
  readonly isCheap: boolean
  opened(files: ReadonlyMap<string, Buffer>): ReadonlySet<string>
}

/**
 * Who is asked about the files of each family. No program in Debian tells without a password whether
 * an Office file, an OpenDocument file or one under Rights Management needs one.
 */
export function mutationOracles(
  box: OracleBox,
  gpg: Gpg,
): Readonly<Record<Family, MutationOracle | undefined>> {
  const archives: MutationOracle = { isCheap: true, opened: files => unpacked(box, files) }
  return {
    smime: { isCheap: false, opened: files => readByOpenssl(box, files) },
    pgp: { isCheap: true, opened: files => readByGpg(box, gpg, files) },
    pdf: { isCheap: false, opened: files => openedByQpdf(box, files) },
    zip: archives,
    '7z': archives,
    // Encrypted names cost thousands of rounds for each archive, even with a wrong password.
    rar: { ...archives, isCheap: false },
    office: undefined,
    odf: undefined,
    rms: undefined,
  }
}

const FOLDER = 'mutants'

function unpacked(box: OracleBox, files: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  box.remove(FOLDER)
  box.subfolder(FOLDER)
  for (const [name, bytes] of files) box.write(`${FOLDER}/${name}`, bytes)
  const { good, seen } = unpackedBySevenZip(box, FOLDER)
  // An archive that ends 7z itself is not opened; the ones behind it are asked again.
  const left = new Map([...files].filter(([name]) => !seen.has(name)))
  if (left.size === 0 || left.size === files.size) return good
  return new Set([...good, ...unpacked(box, left)])
}

function readByOpenssl(box: OracleBox, files: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  for (const [name, bytes] of files) box.write(name, bytes)
  const opened = smimeOpened(
    box,
    [...files.keys()].map(file => ({ file, form: 'DER' })),
  )
  for (const name of files.keys()) {
    for (const ending of ['', '.type', '.out']) box.remove(`${name}${ending}`)
  }
  return new Set(opened.keys())
}

function readByGpg(
  box: OracleBox,
  gpg: Gpg,
  files: ReadonlyMap<string, Buffer>,
): ReadonlySet<string> {
  for (const [name, bytes] of files) box.write(`${name}.gpg`, bytes)
  const opened = gpg.opened(
    [...files.keys()].map(name => `${name}.gpg`),
    'nobody',
  )
  for (const name of files.keys()) box.remove(`${name}.gpg`)
  return new Set([...opened].map(name => name.replace(/\.gpg$/, '')))
}

function openedByQpdf(box: OracleBox, files: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  for (const [name, bytes] of files) box.write(name, bytes)
  const list = [...files.keys()].join('\n')
  const { said } = box.ask('sh', ['-c', OPEN_WITHOUT_PASSWORD], Buffer.from(`${list}\n`))
  for (const name of files.keys()) box.remove(name)
  return new Set(said.split('\n').filter(name => name !== ''))
}

/** 0 and 3 are files that qpdf can read, without and with warnings. */
const OPEN_WITHOUT_PASSWORD = `
while read -r name; do
  timeout 20 qpdf --password= --check "$name" >/dev/null </dev/null
  case $? in 0|3) echo "$name" ;; esac
done`
