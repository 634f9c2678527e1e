import { appendFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parsePlace } from '../../src/evidence/file-place.js'
import { FileStretch } from '../../src/evidence/file-stretch.js'
import { LogFile } from '../../src/evidence/log-file.js'
import type { LogRead } from '../../src/evidence/log-source.js'

const NOW = new Date(2026, 10, 24, 12).getTime()
const line = (text: string): string => `Nov 24 10:00:00 mail postfix/qmgr[1]: ${text}\n`
const texts = ({ lines }: LogRead): string[] => lines.map(({ text }) => text)
const offset = ({ position }: LogRead): number | undefined => parsePlace(position ?? '')?.offset

async function stretchOf(t: Test, content: string, from: number) {
  const path = join(t.testdir({ log: content }), 'log')
  const file = (await LogFile.open(path)) as LogFile
  t.teardown(() => file.close())
  return { path, file, stretch: await FileStretch.begin(file, from, () => NOW) }
}

void t.test('the position is behind the last whole line, and other lines move it too', async t => {
  const content = `${line('A')}not of Postfix\n${line('B')}`
  const { path, stretch } = await stretchOf(t, content + line('C').slice(0, 20), 0)
  const [read] = (await stretch.next()) as [LogRead]
  t.same(texts(read), ['A', 'B'])
  t.equal(offset(read), content.length)
  t.same(await stretch.next(), [], 'nothing new')
  t.equal(await stretch.change(false), 'none')
  t.equal(await stretch.change(true), 'none')
  appendFileSync(path, line('C').slice(20))
  t.equal(await stretch.change(false), 'grown')
  const [rest] = (await stretch.next()) as [LogRead]
  t.same(texts(rest), ['C'])
  t.equal(offset(rest), content.length + line('C').length)
})

void t.test('what was before is context, and does not count', async t => {
  const before = line('A') + line('B')
  const { stretch } = await stretchOf(t, before + line('C'), before.length)
  const context = await stretch.context()
  t.same(texts(context), ['A', 'B'])
  t.match(context, { isContext: true })
  t.equal(offset(context), before.length)
  t.same((await stretch.next()).flatMap(texts), ['C'])
})

void t.test('a long file has a bounded context', async t => {
  const many = line('x'.repeat(1000)).repeat(1000)
  const { stretch } = await stretchOf(t, many, many.length)
  const { lines } = await stretch.context()
  t.ok(lines.length > 200 && lines.length < 300, `${lines.length} lines`)
})

void t.test('at most 500 lines at once, each with its own position', async t => {
  const { stretch } = await stretchOf(t, line('x').repeat(1200), 0)
  const reads = await stretch.next()
  const bytes = line('x').length
  t.same(
    reads.map(read => [read.lines.length, offset(read)]),
    [
      [500, 500 * bytes],
      [1000 - 500, 1000 * bytes],
      [200, 1200 * bytes],
    ],
  )
  t.equal(stretch.isBehind, false)
})

void t.test('a read that is full says that there is more', async t => {
  const { stretch } = await stretchOf(t, line('x').repeat(3000), 0)
  await stretch.next()
  t.equal(stretch.isBehind, true)
})

void t.test('the end of a file that gets no more ends its last line', async t => {
  const { stretch } = await stretchOf(t, line('A').trimEnd(), 0)
  t.same((await stretch.next()).flatMap(texts), [])
  t.same((await stretch.end()).flatMap(texts), ['A'])
  t.equal(stretch.place.offset, line('A').length - 1)
})

void t.test('a file that was cut off is not taken for the one that was read', async t => {
  const { path, file, stretch } = await stretchOf(t, line('A').repeat(20), 0)
  await stretch.next()
  const { place } = stretch
  t.equal(place.headBytes, 512)
  truncateSync(path, 0)
  appendFileSync(path, line('B').repeat(30))
  t.equal(await file.contains(place), false)
  t.equal(await stretch.change(false), 'replaced')
  t.same(stretch.idle().lines, [])
})
