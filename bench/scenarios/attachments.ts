import { EXTRACT_LIMITS } from '../../src/classification/attachments/extract.js'
import { extractFile } from '../../src/classification/attachments/open-file.js'
import { median, type Figure } from '../figure.js'
import { count } from '../ratios.js'
import type { Bench, Scenario } from '../scenario.js'
import { longLetter, longPdf, longTable } from '../text-documents.js'

const NAME = 'attachments'

/** What it costs to read documents that are nothing but text. */
export const attachmentsScenario: Scenario = {
  name: NAME,
  summary: 'how long it takes to read the words of a document of one megabyte',
  run: async bench => [
    await measure(bench, 'a DOCX file', longLetter()),
    await measure(bench, 'an XLSX file', longTable()),
    await measure(bench, 'a PDF file', longPdf()),
  ],
}

/** As in the thread that reads attachments, which does nothing else; the first round warms up. */
async function measure(bench: Bench, what: string, file: Buffer): Promise<Figure> {
  bench.say(`${NAME}: ${what}`)
  const rounds = bench.quick ? 1 : 9
  const took: number[] = []
  let chars = 0
  for (let round = bench.quick ? 1 : 0; round <= rounds; round += 1) {
    const before = process.cpuUsage()
    const found = await extractFile(file, { ...EXTRACT_LIMITS, maxTimeMs: 60_000 })
    const { user, system } = process.cpuUsage(before)
    if (round > 0) took.push((user + system) / 1000)
    chars = found.reduce((sum, one) => sum + (one.kind === 'text' ? one.text.length : 0), 0)
  }
  const megabytes = (file.length / 1e6).toFixed(2)
  return {
    scenario: NAME,
    what: `CPU, ${what} of text`,
    measured: median(took),
    unit: 'ms',
    detail: `${megabytes} MB with ${count(chars)} characters, median of ${rounds}`,
  }
}
