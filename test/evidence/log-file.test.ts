import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CHUNK_BYTES, LogFile } from '../../src/evidence/log-file.js'

void t.test('what is no log file', async t => {
  const folder = t.testdir({ folder: {} })
  t.equal(await LogFile.open(join(folder, 'absent')), undefined)
  const wrong = {
    code: 'ERR_EVIDENCE_LOG',
    message: /folder cannot be read: it is no ordinary file/,
  }
  await t.rejects(LogFile.open(join(folder, 'folder')), wrong)
  execFileSync('mkfifo', [join(folder, 'pipe')])
  await t.rejects(LogFile.open(join(folder, 'pipe')), { message: /no ordinary file/ }, 'at once')
  await t.rejects(LogFile.open(join(folder, 'folder', 'x'.repeat(300))), {
    code: 'ERR_EVIDENCE_LOG',
    message: /ENAMETOOLONG/,
  })
})

void t.test('a file is read from any place, in bounded pieces', async t => {
  const path = join(t.testdir({ log: 'x'.repeat(CHUNK_BYTES + 5) }), 'log')
  const file = (await LogFile.open(path)) as LogFile
  t.teardown(() => file.close())
  t.equal((await file.read(0)).length, CHUNK_BYTES)
  t.equal((await file.read(CHUNK_BYTES)).toString(), 'xxxxx')
  t.equal((await file.read(CHUNK_BYTES + 5)).length, 0)
  t.equal((await file.read(0, 3)).toString(), 'xxx')
})

void t.test(
  'a place is found again under another name and in a copy, and nowhere else',
  async t => {
    const folder = t.testdir({ log: 'first line\nsecond line\n' })
    const path = join(folder, 'log')
    const open = async (name: string): Promise<LogFile> => {
      const file = (await LogFile.open(join(folder, name))) as LogFile
      t.teardown(() => file.close())
      return file
    }
    const place = await (await open('log')).place(11, 5)
    t.match(place, { offset: 11, headBytes: 11, notedAt: 5 })
    appendFileSync(path, 'third line\n')
    t.equal(await (await open('log')).contains(place), true, 'grown')
    copyFileSync(path, join(folder, 'copy'))
    t.equal(await (await open('copy')).contains(place), true, 'copied')
    truncateSync(path, 0)
    t.equal(await (await open('log')).contains(place), false, 'cut off')
    writeFileSync(path, 'other line\nand one more\n')
    t.equal(await (await open('log')).contains(place), false, 'written anew')
    renameSync(join(folder, 'copy'), join(folder, 'log.1'))
    t.equal(await (await open('log.1')).contains(place), true, 'renamed')
  },
)
