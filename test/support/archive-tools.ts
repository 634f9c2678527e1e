import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A private folder in which 7z runs; `close` removes it. */
export interface ArchiveBox {
  write(name: string, bytes: Buffer): void
  /** Runs 7z, and gives the archive of that name. */
  sevenZip(archive: string, ...args: readonly string[]): Buffer
  /** What 7z says of each file of an archive: whether it is encrypted; undefined if it cannot list. */
  listed(archive: string): readonly boolean[] | undefined
  close(): void
}

/** Fails where 7z is missing: a Debian package that the tests need. */
export function openArchiveBox(): ArchiveBox {
  const folder = mkdtempSync(join(tmpdir(), 'ps-archive-'))
  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'],
  }
  const make = (program: string, archive: string, args: readonly string[]): Buffer => {
    execFileSync(program, args, options)
    return readFileSync(join(folder, archive))
  }
  return {
    write: (name, bytes) => writeFileSync(join(folder, name), bytes),
    sevenZip: (archive, ...args) => make('7z', archive, ['a', '-y', archive, ...args]),
    listed(archive) {
      const { status, stdout } = spawnSync('7z', ['l', '-slt', '-pnone', archive], options)
      if (status !== 0) return undefined
      return [...stdout.toString().matchAll(/^Encrypted = ([+-])/gm)].map(
        ([, sign]) => sign === '+',
      )
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
