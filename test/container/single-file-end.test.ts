import t from 'tap'
import { viewOf } from '../../src/container/byte-view.js'
import { holdsOnlyFile } from '../../src/container/single-file-end.js'
import { singleZip, type ZipChanges } from '../support/single-zip.js'

const TEXT = Buffer.from('Befund '.repeat(50))

const archive = (changes?: ZipChanges): Buffer => singleZip(TEXT, changes)

t.test('the end of an archive tells whether it may hold a single file', async t => {
  const cases: [string, Buffer, boolean][] = [
    ['one file', archive(), true],
    ['one that is encrypted', archive({ flags: 1 }), true],
    ['two files', archive({ count: 2 }), false],
    ['something behind it', Buffer.concat([archive(), Buffer.from('x')]), false],
    ['text', TEXT, false],
    ['less than an end', archive().subarray(-21), false],
    ['nothing', Buffer.alloc(0), false],
  ]
  for (const [name, zip, want] of cases) t.equal(await holdsOnlyFile(viewOf(zip)), want, name)
})
