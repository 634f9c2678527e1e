import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { fileSource } from '../../src/message/file-source.js'

await t.test('a file source reads the range of the file that it is made for', async t => {
  const file = join(t.testdir(), 'mail')
  await writeFile(file, '0123456789')
  const handle = await open(file)
  t.teardown(() => handle.close())
  for (const source of [
    fileSource(handle, { start: 2, end: 8 }),
    fileSource(handle.fd, { start: 2, end: 8 }),
  ]) {
    t.equal(source.size, 6)
    t.equal(source.peek(0, 1), undefined)
    t.equal((await source.read(0, 6)).toString(), '234567')
    t.equal((await source.read(4, 5)).toString(), '6')
    await t.rejects(source.read(0, 7), RangeError)
  }
})

await t.test('bytes come in the memory that is given for them', async t => {
  const file = join(t.testdir(), 'mail')
  await writeFile(file, '0123456789')
  const handle = await open(file)
  t.teardown(() => handle.close())
  const source = fileSource(handle, { start: 2, end: 8 })
  const memory = Buffer.alloc(5, '.')
  const bytes = await source.read(1, 4, memory)
  t.equal(bytes.toString(), '345')
  t.equal(memory.toString(), '345..')
})

await t.test('a file that is shorter than it was is an error', async t => {
  const file = join(t.testdir(), 'mail')
  await writeFile(file, 'abc')
  const handle = await open(file)
  t.teardown(() => handle.close())
  const source = fileSource(handle, { start: 0, end: 5 })
  await t.rejects(source.read(0, 5), { code: 'ERR_MESSAGE_SOURCE', message: /ends too early/ })
})

await t.test('a file that cannot be read is an error with its cause', async t => {
  const file = join(t.testdir(), 'mail')
  await writeFile(file, 'abc')
  const handle = await open(file, 'a')
  t.teardown(() => handle.close())
  const source = fileSource(handle, { start: 0, end: 3 })
  await t.rejects(source.read(0, 3), {
    code: 'ERR_MESSAGE_SOURCE',
    message: /cannot be read: EBADF/,
    cause: { code: 'EBADF' },
  })
})

await t.test('a range before the start is refused when the source is made', t => {
  t.throws(() => fileSource(0, { start: -1, end: 3 }), RangeError)
  t.throws(() => fileSource(0, { start: 3, end: 1 }), RangeError)
  t.end()
})
