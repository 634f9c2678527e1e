import t from 'tap'
import { EXTRACT_LIMITS } from '../../../src/classification/attachments/extract.js'
import { Extractor } from '../../../src/classification/attachments/extractor.js'
import { DOCUMENTS } from '../../support/document-bytes.js'

const OPTIONS = { threads: 1, memoryBytes: 128 * 1024 * 1024 }
const NEVER = new AbortController().signal
const TEXT = { kind: 'text', text: 'Befund steht hier\n', trail: [] }
const pdf = (): Uint8Array<ArrayBuffer> => new Uint8Array(DOCUMENTS.pdf('Befund steht hier'))

await t.test('a file is read in a thread', async t => {
  const extractor = new Extractor(OPTIONS)
  t.teardown(() => extractor.close())
  const bytes = pdf()
  t.match(await extractor.extract(bytes, EXTRACT_LIMITS, NEVER), { found: [TEXT] })
  t.equal(bytes.length, 0, 'its bytes are in the thread, not twice in memory')
})

await t.test('files wait for a thread, and their time begins with it', async t => {
  let clock = 0
  const extractor = new Extractor({ ...OPTIONS, now: () => (clock += 5) })
  t.teardown(() => extractor.close())
  const all = [1, 2, 3].map(() => extractor.extract(pdf(), EXTRACT_LIMITS, NEVER))
  const want = { found: [TEXT], tookMs: 5 }
  t.match(await Promise.all(all), [want, want, want])
})

await t.test('a thread that is late is ended, and the next file finds another', async t => {
  const extractor = new Extractor({ ...OPTIONS, graceMs: 0 })
  t.teardown(() => extractor.close())
  const late = await extractor.extract(pdf(), { ...EXTRACT_LIMITS, maxTimeMs: 0 }, NEVER)
  t.same(late.found, [{ kind: 'unreadable', trail: [], reason: 'limit', why: 'it takes too long' }])
  t.match(await extractor.extract(pdf(), EXTRACT_LIMITS, NEVER), { found: [TEXT] })
})

await t.test('a message that has ended gets no answer', async t => {
  const extractor = new Extractor(OPTIONS)
  t.teardown(() => extractor.close())
  const ended = AbortSignal.abort(new Error('over'))
  await t.rejects(extractor.extract(pdf(), EXTRACT_LIMITS, ended), { message: 'over' })
})
