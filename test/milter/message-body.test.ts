import { open, readdir, readlink, stat } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import { BodyBudget } from '../../src/milter/body-budget.js'
import { ChunkList } from '../../src/milter/chunk-list.js'
import { MessageBody } from '../../src/milter/message-body.js'
import { SpoolFile } from '../../src/milter/spool-file.js'

const neverSpool = (): Promise<SpoolFile> => Promise.reject(new Error('no spool here'))

void t.test('a small body stays in memory and can be looked at without waiting', async t => {
  const budget = new BodyBudget(1000)
  const body = new MessageBody(100, budget, neverSpool)
  t.equal(body.append(Buffer.from('one ')), undefined)
  t.equal(body.append(Buffer.from('two')), undefined)
  const { view } = body
  t.ok(Object.isFrozen(view))
  t.equal(view.size, 7)
  t.equal(view.peek()?.toString(), 'one two')
  t.equal(view.peek(2, 5)?.toString(), 'e t')
  t.equal((await view.read(4)).toString(), 'two')
  t.equal(budget.used, 7)
  t.throws(() => view.peek(0, 8), RangeError)
  t.throws(() => view.peek(3, 2), RangeError)
  await t.rejects(view.read(-1, 2), RangeError)
  await body.dispose()
  await body.dispose()
  t.equal(budget.used, 0)
  t.throws(() => view.peek(0, 1), { code: 'ERR_MILTER_OVER' })
  await t.rejects(view.read(0, 1), { code: 'ERR_MILTER_OVER' })
})

void t.test('an empty body reads as nothing', async t => {
  const body = new MessageBody(100, new BodyBudget(1000), neverSpool)
  t.equal(body.view.peek()?.length, 0)
  for await (const chunk of body.view.stream()) t.fail(`got ${chunk.length} bytes`)
  await body.dispose()
})

void t.test('a large body goes to a file that has no name, and reads the same', async t => {
  const directory = t.testdir()
  const budget = new BodyBudget(1 << 20)
  const body = new MessageBody(1000, budget, () => SpoolFile.open(directory))
  const chunks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(5000 + index, index + 1))
  for (const chunk of chunks) await body.append(chunk)
  const last = Buffer.from('the rest')
  t.equal(body.append(last), undefined)
  const whole = Buffer.concat([...chunks, last])
  t.ok(body.isSpooled)
  t.same(await readdir(directory), [])
  t.equal(budget.used, last.length)
  t.equal(body.view.size, whole.length)
  t.equal(body.view.peek(0, 10), undefined)
  t.equal(body.view.peek(whole.length - 4)?.toString(), 'rest')
  const ranges = [
    [0, whole.length],
    [4999, 5001],
    [whole.length - 12, whole.length - 2],
    [whole.length - 8, whole.length],
    [7, 7],
  ] as const
  for (const [start, end] of ranges) {
    const want = whole.subarray(start, end)
    t.ok((await body.view.read(start, end)).equals(want), `${start}-${end}`)
    const memory = Buffer.alloc(whole.length)
    t.ok((await body.view.read(start, end, memory)).equals(want), `${start}-${end} in memory`)
  }
  const streamed: Buffer[] = []
  for await (const chunk of body.view.stream()) streamed.push(chunk)
  t.ok(Buffer.concat(streamed).equals(whole))
  await body.dispose()
  t.equal(budget.used, 0)
  await t.rejects(body.view.read(0, 1), { code: 'ERR_MILTER_OVER' })
})

void t.test(
  'when the memory of all messages is used up, a small body goes to a file too',
  async t => {
    const budget = new BodyBudget(10)
    budget.take(8)
    const body = new MessageBody(1000, budget, () => SpoolFile.open(t.testdir()))
    const writing = body.append(Buffer.from('abc'))
    t.ok(writing)
    await writing
    t.equal(budget.used, 8)
    t.equal((await body.view.read()).toString(), 'abc')
    await body.dispose()
    t.equal(budget.used, 8)
  },
)

void t.test('the spool file is for its owner only and has no name (seen in /proc)', async t => {
  const directory = t.testdir()
  const spool = await SpoolFile.open(directory)
  const links = await readdir('/proc/self/fd')
  const found: (readonly [number, number])[] = []
  for (const link of links) {
    const path = `/proc/self/fd/${link}`
    const target = await readlink(path).catch(() => '')
    if (!target.startsWith(directory)) continue
    const { mode, nlink } = await stat(path)
    found.push([mode & 0o777, nlink])
  }
  await spool.close()
  t.same(found, [[0o600, 0]])
})

void t.test('a full disk and a missing directory fail, and memory is given back', async t => {
  const rows: readonly (readonly [string, () => Promise<SpoolFile>, string])[] = [
    ['full', async () => new SpoolFile(await open('/dev/full', 'r+')), 'ENOSPC'],
    ['missing', () => SpoolFile.open('/nonexistent-directory'), 'ENOENT'],
  ]
  for (const [name, opened, code] of rows) {
    const budget = new BodyBudget(1000)
    const body = new MessageBody(10, budget, opened)
    await t.rejects(Promise.resolve(body.append(Buffer.alloc(11))), { code }, name)
    await body.dispose()
    t.equal(budget.used, 0)
  }
  t.equal(rows.length, 2)
})

void t.test('a message given up while its file is opened leaves nothing open', async t => {
  let isClosed = false
  const spool = { close: async () => void (isClosed = true) } as unknown as SpoolFile
  const budget = new BodyBudget(1000)
  const body = new MessageBody(10, budget, async () => spool)
  const writing = body.append(Buffer.alloc(11))
  await body.dispose()
  await t.rejects(Promise.resolve(writing), { code: 'ERR_MILTER_OVER' })
  t.ok(isClosed)
  t.equal(budget.used, 0)
})

void t.test('a short write goes on where it stopped', async t => {
  const parts: string[] = []
  const handle = {
    writev: async (chunks: Buffer[], at: number) => {
      const bytes = Buffer.concat(chunks).subarray(0, 3)
      parts.push(`${at}:${bytes.toString()}`)
      return { bytesWritten: bytes.length }
    },
  }
  const spool = new SpoolFile(handle as unknown as ConstructorParameters<typeof SpoolFile>[0])
  await spool.append([Buffer.from('ab'), Buffer.from(''), Buffer.from('cdefg')])
  t.same(parts, ['0:abc', '3:def', '6:g'])
})

void t.test('a spool file shorter than what was written is an error, not a short read', async t => {
  const handle = { read: async () => ({ bytesRead: 0 }) }
  const spool = new SpoolFile(handle as unknown as ConstructorParameters<typeof SpoolFile>[0])
  await t.rejects(spool.read(0, 5), /shorter/)
})

void t.test('chunks of any size are the same bytes in the end', async t => {
  const sizes = fc.array(fc.oneof(fc.nat(20), fc.integer({ min: 4000, max: 70_000 })), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(sizes, fc.nat(1000), (sizes, at) => {
      const list = new ChunkList()
      const chunks = sizes.map((size, index) => Buffer.alloc(size, index))
      for (const chunk of chunks) list.push(chunk)
      const whole = Buffer.concat(chunks)
      const middle = Math.min(at, whole.length)
      return (
        list.size === whole.length &&
        Buffer.concat(list.list()).equals(whole) &&
        list.slice(middle, whole.length).equals(whole.subarray(middle))
      )
    }),
    { numRuns: 200 },
  )
  t.pass('200 lists')
})

void t.test('single bytes are put together; a large chunk is kept as it is', async t => {
  const list = new ChunkList()
  for (let count = 0; count < 100_000; count += 1) list.push(Buffer.from([count]))
  t.ok(list.list().length < 20, `${list.list().length} pieces`)
  const large = Buffer.alloc(8192)
  const other = new ChunkList()
  other.push(large)
  t.equal(other.list()[0], large)
  const small = new ChunkList()
  const view = Buffer.alloc(65_536).subarray(0, 5000)
  small.push(view)
  t.not(small.list()[0]?.buffer, view.buffer)
})
