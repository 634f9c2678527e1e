import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServices } from '../../src/cli/container.js'
import { packageRoot } from '../../src/config/root.js'
import { runEntry, say } from '../entry.js'
import { learn } from './learn.js'
import { judgeSet, judgeTexts } from './judge-set.js'
import { fullPage, shortTable, type Sets } from './page.js'
import { EVERY_CLASSIFIER_CONF } from './settings.js'
import { taughtMails } from './texts.js'

const PAGE = 'docs/reference/classification-figures.md'

/**
 * Shows the evaluation sets to the classifiers and says how often they are right.
 *
 * Shape   arguments: `--write`; see scripts/eval.mjs.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      learn: { type: 'string' },
      blind: { type: 'boolean', default: false },
    },
  })
  if (values.learn !== undefined) {
    say(`learned: ${await learn(values.learn === 'all')}`)
    return
  }
  const sets = await judgeSets(values.blind || values.write)
  const page = fullPage(sets)
  process.stdout.write(page)
  if (!values.write) return
  const file = join(packageRoot(), PAGE)
  writeFileSync(file, between(readFileSync(file, 'utf8'), page))
  const readme = join(packageRoot(), 'README.md')
  writeFileSync(readme, between(readFileSync(readme, 'utf8'), shortTable(sets)))
  say(`written: README.md, ${PAGE}`)
}

async function judgeSets(withBlind: boolean): Promise<Sets> {
  mkdirSync(join(packageRoot(), 'var'), { recursive: true })
  const directory = mkdtempSync(join(packageRoot(), 'var', 'eval-'))
  try {
    const config = join(directory, 'milter.conf')
    writeFileSync(config, EVERY_CLASSIFIER_CONF)
    const { host } = await createServices(config).engine
    try {
      const folder = (name: string): string => join(packageRoot(), 'eval', name)
      const judge = (name: string) => judgeSet(folder(name), host)
      const train = taughtMails(folder('train'))
      const half = (isHeldOut: boolean) => train.filter(one => one.isHeldOut === isHeldOut)
      return {
        own: await judge('mails'),
        learn: await judgeTexts(half(false), host),
        heldOut: await judgeTexts(half(true), host),
        unseen: await judgeTexts(taughtMails(folder('unseen')), host),
        blind: withBlind ? await judge('blind') : [],
        evasion: await judge('evasion'),
      }
    } finally {
      await host.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Puts the figures between the markers of a page. */
function between(page: string, figures: string): string {
  const marked = /(<!-- classes:begin -->\n)[^]*?(<!-- classes:end -->)/
  if (!marked.test(page)) throw new Error('the page has no markers for the figures')
  return page.replace(marked, (_all, begin: string, end: string) => `${begin}\n${figures}\n${end}`)
}

await runEntry(main)
