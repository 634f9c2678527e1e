import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createServices } from '../../src/cli/container.js'
import { detectFile } from '../../src/cli/detect-file.js'
import { packageRoot } from '../../src/config/root.js'
import { runEntry, say } from '../entry.js'
import type { Row } from './comparison.js'
import { comparisonPage } from './page.js'
import { startRspamd } from './rspamd.js'
import { samplesOf, type Sample } from './samples.js'

const PAGE = 'docs/reference/compared-with-rspamd.md'

/** Labelled samples beside the checkout; without them, the mails of the demo. */
const CORPUS = join(packageRoot(), '../shared/corpus')
const DEMO = join(packageRoot(), 'demo/mails')

/**
 * Shows a folder of mails to a private rspamd and to Postseal, and sets what they say side by side.
 *
 * Shape   arguments: `--folder DIR`, `--write`; see scripts/compare.mjs.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { folder: { type: 'string' }, write: { type: 'boolean', default: false } },
  })
  const folder = resolve(values.folder ?? (existsSync(CORPUS) ? CORPUS : DEMO))
  mkdirSync(join(packageRoot(), 'var'), { recursive: true })
  const directory = mkdtempSync(join(packageRoot(), 'var', 'compare-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130))
  const samples = await samplesOf(folder, join(directory, 'mails'))
  say(`${samples.length} samples of ${relative(process.cwd(), folder)}`)
  const { rows, version } = await look(samples, directory)
  const page = comparisonPage(rows, version, new Date().toISOString().slice(0, 10))
  if (values.write) writeFileSync(join(packageRoot(), PAGE), page)
  else process.stdout.write(page)
  if (values.write) say(`written: ${PAGE}`)
}

async function look(
  samples: readonly Sample[],
  directory: string,
): Promise<{ readonly rows: readonly Row[]; readonly version: string }> {
  const config = join(directory, 'milter.conf')
  writeFileSync(config, '')
  const engine = await createServices(config).engine
  try {
    const rspamd = await startRspamd(join(directory, 'rspamd'))
    try {
      const rows: Row[] = []
      for (const { name, label, mail, isWrapped } of samples) {
        const symbols = await rspamd.symbols(mail)
        const { verdict } = await detectFile(mail, engine)
        rows.push({ name, label, isWrapped, symbols, verdict })
      }
      return { rows, version: rspamd.version }
    } finally {
      await rspamd.stop()
    }
  } finally {
    await engine.host.close()
  }
}

await runEntry(main)
