import t from 'tap'
import { onlyFileOf } from '../../src/container/single-file-zip.js'
import { singleZip, type ZipChanges } from '../support/single-zip.js'

const TEXT = Buffer.from('Befund '.repeat(50))

const archive = (changes?: ZipChanges): Buffer => singleZip(TEXT, changes)

t.test('the only file of an archive', async t => {
  t.same(await onlyFileOf(archive(), 1000), TEXT)
  t.same(await onlyFileOf(archive({ method: 0 }), 1000), TEXT)
})

t.test('any other archive gives nothing', async t => {
  const cases: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['text', TEXT],
    ['two files', archive({ count: 2 })],
    ['an encrypted one', archive({ flags: 1 })],
    ['another method', archive({ method: 12 })],
    ['a size that is wrong', archive({ size: 9 })],
    ['a file above the limit', archive({ size: 2000 })],
    ['something before it', Buffer.concat([Buffer.from('x'), archive()])],
    ['something behind it', Buffer.concat([archive(), Buffer.from('x')])],
  ]
  for (const [name, zip] of cases) t.equal(await onlyFileOf(zip, 1000), undefined, name)
  const whole = archive()
  for (let size = 0; size < whole.length; size += 1)
    if ((await onlyFileOf(whole.subarray(0, size), 1000)) !== undefined) t.fail(`cut at ${size}`)
  const damaged = archive()
  damaged.fill(0xff, 31, 60)
  t.equal(await onlyFileOf(damaged, 1000), undefined)
})
