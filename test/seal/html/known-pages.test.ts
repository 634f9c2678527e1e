import t from 'tap'
import { KNOWN_PAGES } from '../../../src/seal/html/known-pages.js'
import { readerPage } from '../../../src/seal/html/page.js'

t.test('the page of this tree is in the list of those that are known', async t => {
  t.ok(KNOWN_PAGES.has(readerPage().hash), `add ${readerPage().hash}`)
})
