import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import type { FilePlace } from '../../src/evidence/file-place.js'
import { LogFile } from '../../src/evidence/log-file.js'
import { wayFrom } from '../../src/evidence/rotated-files.js'

interface Bench {
  readonly path: string
  /** The place behind `bytes` of the log, as of now. */
  readonly place: (bytes: number) => Promise<FilePlace>
  readonly way: (place: FilePlace) => Promise<{ isWhole: boolean; files: [string, number][] }>
}

function bench(t: Test, content = 'one\ntwo\n'): Bench {
  const path = join(t.testdir({ log: content }), 'log')
  return {
    path,
    place: async bytes => {
      const file = (await LogFile.open(path)) as LogFile
      const place = await file.place(bytes, Date.now())
      await file.close()
      return place
    },
    way: async place => {
      const { stretches, isWhole } = await wayFrom(path, place)
      for (const { file } of stretches) await file.close()
      return { isWhole, files: stretches.map(({ file, offset }) => [basename(file.path), offset]) }
    },
  }
}

/** Files are older and newer by minutes, whatever the file system's clock. */
function age(path: string, minutes: number): void {
  const time = new Date(Date.now() + minutes * 60_000)
  utimesSync(path, time, time)
}

void t.test('the log is still the same file', async t => {
  const { path, place, way } = bench(t)
  const before = await place(4)
  appendFileSync(path, 'three\n')
  t.same(await way(before), { isWhole: true, files: [['log', 4]] })
})

void t.test('renamed, several times: the rest of it, and all that came later', async t => {
  const { path, place, way } = bench(t)
  writeFileSync(`${path}.9`, 'long ago\n')
  age(`${path}.9`, -60)
  const before = await place(4)
  renameSync(path, `${path}.2`)
  age(`${path}.2`, 1)
  writeFileSync(`${path}-20261124`, 'later\n')
  age(`${path}-20261124`, 2)
  writeFileSync(path, 'newest\n')
  writeFileSync(`${path}.1.gz`, 'compressed')
  writeFileSync(`${path}book`, 'of others\n')
  age(`${path}.1.gz`, 3)
  t.same(await way(before), {
    isWhole: true,
    files: [
      ['log.2', 4],
      ['log-20261124', 0],
      ['log', 0],
    ],
  })
})

void t.test('renamed, and the new log has no line yet: the old one may still get some', async t => {
  const { path, place, way } = bench(t)
  const before = await place(8)
  renameSync(path, `${path}.1`)
  t.same(await way(before), { isWhole: true, files: [['log.1', 8]] }, 'there is none')
  writeFileSync(path, '')
  t.same(await way(before), { isWhole: true, files: [['log.1', 8]] }, 'it is empty')
})

void t.test('copied and cut off: the rest is in the copy', async t => {
  const { path, place, way } = bench(t)
  const before = await place(4)
  copyFileSync(path, `${path}.1`)
  truncateSync(path, 0)
  appendFileSync(path, 'next\n')
  const want = {
    isWhole: true,
    files: [
      ['log.1', 4],
      ['log', 0],
    ],
  }
  t.same(await way(before), want)
  appendFileSync(path, 'many lines more\n')
  t.same(await way(before), want, 'also when it has grown beyond the place')
})

void t.test('gone: all of the new log, and the caller is told', async t => {
  const { path, place, way } = bench(t)
  const before = await place(4)
  rmSync(path)
  t.same(await way(before), { isWhole: false, files: [] })
  writeFileSync(path, 'uno\ndue\ntre\n')
  t.same(await way(before), { isWhole: false, files: [['log', 0]] }, 'whatever its inode')
})

void t.test('nothing was read before the log was renamed', async t => {
  const { path, place, way } = bench(t)
  const before = await place(0)
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'new\n')
  t.same(await way(before), {
    isWhole: true,
    files: [
      ['log.1', 0],
      ['log', 0],
    ],
  })
})

void t.test('a log that cannot be read is an error, a rotated one is missing', async t => {
  const { place } = bench(t)
  const before = await place(4)
  const folder = join(t.testdirName, 'folders')
  mkdirSync(join(folder, 'log.1'), { recursive: true })
  t.match(await wayFrom(join(folder, 'log'), before), { isWhole: false, stretches: [] })
  mkdirSync(join(folder, 'log'))
  await t.rejects(wayFrom(join(folder, 'log'), before), { code: 'ERR_EVIDENCE_LOG' })
  await t.rejects(wayFrom(join(folder, 'absent', 'log'), before), { code: 'ERR_EVIDENCE_LOG' })
})
